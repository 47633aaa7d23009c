//! [`Progress`]: how far an upload, a download, a list or a job has come.

/// How far an upload, a download, a list or a job has come, as `on_progress` reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The amount that is done.
    pub done: u64,
    /// The whole amount; `None` if it is not known.
    pub total: Option<u64>,
    /// What the two numbers count.
    pub unit: ProgressUnit,
}

/// What the numbers of a [`Progress`] count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProgressUnit {
    /// Bytes of a file.
    Bytes,
    /// Items, such as workbooks, users or jobs.
    Items,
    /// Per cent.
    Percent,
}

impl Progress {
    #[inline]
    pub(crate) fn bytes(done: u64, total: Option<u64>) -> Progress {
        Progress { done, total, unit: ProgressUnit::Bytes }
    }

    #[inline]
    pub(crate) fn items(done: u64, total: Option<u64>) -> Progress {
        Progress { done, total, unit: ProgressUnit::Items }
    }

    /// Progress of a job, which the server reports in percent.
    #[inline]
    pub(crate) fn percent(done: u64) -> Progress {
        Progress { done, total: Some(100), unit: ProgressUnit::Percent }
    }
}

/// A callback for progress.
pub(crate) type OnProgress<'f> = Box<dyn FnMut(Progress) + 'f>;
