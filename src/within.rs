//! [`Within`]: what a thread is in the middle of, for calls that lead back to it.

use std::cell::RefCell;

thread_local! {
    static WITHIN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// That this thread is doing something about a value, until it is dropped. Functions of the
/// program's that are called meanwhile (to mint a token, to log) may ask for the same, and would wait
/// for themselves.
pub(crate) struct Within(usize);

impl Within {
    /// `None` where it is doing so already.
    pub(crate) fn begin<T>(of: &T) -> Option<Within> {
        let number = std::ptr::from_ref(of).addr();
        let is_new = WITHIN.try_with(|within| {
            let mut within = within.borrow_mut();
            let is_new = !within.contains(&number);
            within.extend(is_new.then_some(number));
            is_new
        });
        // It is gone already where a thread ends, whose own thread-locals may still use a session.
        is_new.unwrap_or(true).then(|| Within(number))
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        let _ = WITHIN.try_with(|within| within.borrow_mut().retain(|one| *one != self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_at_a_time_for_each_value_and_thread() {
        let values = [1, 2];
        let first = Within::begin(&values[0]);
        // However often.
        assert!(first.is_some() && Within::begin(&values[0]).is_none());
        assert!(Within::begin(&values[0]).is_none());
        assert!(Within::begin(&values[1]).is_some());
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(Within::begin(&values[0]).is_some()));
        });
        drop(first);
        assert!(Within::begin(&values[0]).is_some());
    }
}
