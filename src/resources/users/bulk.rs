//! Adding and removing users in bulk, with a CSV file.

use std::fs::{File, OpenOptions};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::csv_rows::CsvRows;
use super::outcomes::ImportOutcomes;
use super::{AuthSetting, IMPORT, REMOVE_ALL, SiteRole, Users, check_authentication, rest};
use crate::common::JobHandle;
use crate::common::job::{Job, JobWait};
use crate::http::{Multipart, Replay, hex, random};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::xml::{self, Out};
use crate::{Error, Result};

impl<'s> Users<'s> {
    /// Starts a job that adds users to the site. A user who is on the site already gets the site role
    /// of the row. All rows are checked before anything is sent.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let rows = tsc::users::UserRows::from_path("users.csv")?;
    /// let mut import = session.users().import(rows)?;
    /// for outcome in import.wait()? {
    ///     let outcome = outcome?;
    ///     println!("{} ({}): {:?}", outcome.name, outcome.row, outcome.result);
    ///     if let Some(why) = outcome.failure {
    ///         println!("{why}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), with row and column, if a value is not valid.
    #[doc = rest!(IMPORT)]
    #[doc(alias("add_all", "bulk_add", "create_from_file"))]
    #[inline]
    pub fn import(&self, rows: UserRows) -> Result<UserImport<'s>> {
        self.import_with(rows, ImportOptions::new())
    }

    /// Same as [`import`](Users::import), with options for all rows.
    ///
    /// # Errors
    ///
    /// In addition, [`ErrorKind::Input`](crate::ErrorKind::Input) if both the authentication setting
    /// and an identity provider configuration are set.
    #[doc = rest!(IMPORT)]
    #[inline]
    pub fn import_with(&self, rows: UserRows, options: ImportOptions) -> Result<UserImport<'s>> {
        let ImportOptions { auth_setting, idp_configuration_id, verbose } = options;
        check_authentication(auth_setting.as_ref(), idp_configuration_id.as_ref())?;
        let mut file = rows.file(UserRow::import_line)?;
        // The element is required; the rows take precedence over it.
        let payload = xml::request(&|out: &mut Out| {
            out.element("user", |out| {
                if let Some(setting) = &auth_setting {
                    out.attr("authSetting", setting);
                }
                if let Some(id) = &idp_configuration_id {
                    out.attribute("idpConfigurationId", id);
                }
            });
        })?;
        let mut body =
            Multipart::new(&payload)?.file("tableau_user_import", "users.csv", &mut file);
        let mut request = self.client.request(&IMPORT, &[]);
        if idp_configuration_id.is_some() {
            request = request.since(3, 24);
        }
        if let Some(verbose) = verbose {
            request = request.since(3, 22).query("isVerbose", verbose.to_string());
        }
        let request = request.stream(body.content_type(), &mut body).long_running();
        let job = self.client.read::<Job>(request, "job");
        drop(body);
        let job = job.map_err(|error| rows.redact(error))?;
        Ok(UserImport { job: JobHandle::new(self.client, job), rows })
    }

    /// Removes users from the site, by their names in the rows; the other columns are not used.
    /// Users who own content remain, without a license.
    #[doc = rest!(REMOVE_ALL)]
    #[doc(alias = "bulk_remove")]
    #[inline]
    pub fn remove_all(&self, rows: UserRows) -> Result<()> {
        let mut file = rows.file(UserRow::removal_line)?;
        let mut body = Multipart::empty()?.file_of_type(
            "tableau_user_delete",
            "users.csv",
            "text/csv",
            &mut file,
        );
        let request = self.client.request(&REMOVE_ALL, &[]);
        self.client.done(request.stream(body.content_type(), &mut body).long_running())
    }
}

/// Options of a bulk import, for all its rows; see [`Users::import_with`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportOptions {
    auth_setting: Option<AuthSetting>,
    idp_configuration_id: Option<String>,
    verbose: Option<bool>,
}

impl ImportOptions {
    /// No options.
    #[inline]
    pub fn new() -> ImportOptions {
        ImportOptions::default()
    }

    /// How users sign in if their row does not specify it.
    #[inline]
    pub fn auth_setting(self, setting: AuthSetting) -> ImportOptions {
        ImportOptions { auth_setting: Some(setting), ..self }
    }

    /// The identity provider configuration for users whose row has no authentication. Tableau
    /// Cloud, API 3.24.
    pub fn idp_configuration_id(self, id: impl Into<String>) -> ImportOptions {
        ImportOptions { idp_configuration_id: Some(id.into()), ..self }
    }

    /// Whether the job reports all errors; with `false`, it reports only three, and the outcome of
    /// further rows that failed is [`Imported`](super::ImportResult::Imported). Tableau Cloud, API
    /// 3.22.
    #[inline]
    pub fn verbose(self, verbose: bool) -> ImportOptions {
        ImportOptions { verbose: Some(verbose), ..self }
    }
}

/// A user in a bulk import.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRow {
    pub(super) name: String,
    pub(super) site_role: SiteRole,
    pub(super) password: Option<Secret>,
    pub(super) full_name: String,
    pub(super) email: String,
    pub(super) auth_setting: Option<AuthSetting>,
}

impl UserRow {
    /// A user with this name and site role.
    pub fn new(name: impl Into<String>, site_role: SiteRole) -> UserRow {
        let (full_name, email) = Default::default();
        UserRow {
            name: name.into(),
            site_role,
            password: None,
            full_name,
            email,
            auth_setting: None,
        }
    }

    /// The password. Tableau Server with local authentication.
    pub fn password(self, password: impl Into<Secret>) -> UserRow {
        UserRow { password: Some(password.into()), ..self }
    }

    /// The display name.
    pub fn full_name(self, name: impl Into<String>) -> UserRow {
        UserRow { full_name: name.into(), ..self }
    }

    /// The email address.
    pub fn email(self, email: impl Into<String>) -> UserRow {
        UserRow { email: email.into(), ..self }
    }

    /// How the user signs in.
    #[inline]
    pub fn auth_setting(self, setting: AuthSetting) -> UserRow {
        UserRow { auth_setting: Some(setting), ..self }
    }

    #[inline]
    fn import_line(&self) -> Result<Vec<u8>, String> {
        let known = ROLES.iter().find(|(role, ..)| *role == self.site_role);
        let (_, license, admin, publisher) = known.ok_or_else(|| {
            format!(
                "column \"site role\": users cannot be imported with the role {}",
                self.site_role
            )
        })?;
        let password = self.password.as_ref().map_or("", Secret::reveal);
        let setting = self.auth_setting.as_ref().map_or("", AuthSetting::as_str);
        line(&[
            &self.name,
            password,
            &self.full_name,
            license,
            admin,
            publisher,
            &self.email,
            setting,
        ])
    }

    #[inline]
    fn removal_line(&self) -> Result<Vec<u8>, String> {
        line(&[&self.name, "", "", "", "", "", ""])
    }
}

/// License, administrator level and publishing of the site roles.
pub(super) const ROLES: [(SiteRole, &str, &str, &str); 8] = [
    (SiteRole::ServerAdministrator, "Creator", "System", "1"),
    (SiteRole::SiteAdministratorCreator, "Creator", "Site", "1"),
    (SiteRole::SiteAdministratorExplorer, "Explorer", "Site", "1"),
    (SiteRole::Creator, "Creator", "None", "1"),
    (SiteRole::ExplorerCanPublish, "Explorer", "None", "1"),
    (SiteRole::Explorer, "Explorer", "None", "0"),
    (SiteRole::Viewer, "Viewer", "None", "0"),
    (SiteRole::Unlicensed, "Unlicensed", "None", "0"),
];

#[inline]
fn line(fields: &[&str]) -> Result<Vec<u8>, String> {
    if fields[0].trim().is_empty() {
        return Err("column \"name\": the name is empty".to_owned());
    }
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(fields).map_err(|error| error.to_string())?;
    writer.into_inner().map_err(|error| error.to_string())
}

/// The users of a bulk import or removal: rows built in the program, or a CSV file.
///
/// A file either begins with a row of column names, or it has the columns of Tableau's own import
/// files in their order: name, password, full name, license, administrator, publisher, email,
/// authentication. With column names, the column `site role` can replace license, administrator and
/// publisher.
///
/// A file is read twice, to check it and to send it, so the memory needed does not grow with its
/// rows. If it has other rows the second time, nothing is imported.
#[derive(Debug)]
pub struct UserRows(Content);

#[derive(Debug)]
enum Content {
    Rows(Vec<UserRow>),
    File { file: File, name: String, _spool: Option<Spool> },
}

/// A temporary file, which is deleted at the end.
#[derive(Debug)]
struct Spool(PathBuf);

impl Drop for Spool {
    #[inline]
    fn drop(&mut self) {
        // An error is ignored, because nothing can be done about it.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl FromIterator<UserRow> for UserRows {
    fn from_iter<I: IntoIterator<Item = UserRow>>(rows: I) -> UserRows {
        UserRows(Content::Rows(rows.into_iter().collect()))
    }
}

pub(super) type Rows<'r> = Box<dyn Iterator<Item = Result<UserRow>> + 'r>;

impl UserRows {
    /// The rows of a CSV file in UTF-8. Rows are read, and may be refused, when they are sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be opened.
    pub fn from_path(path: impl AsRef<Path>) -> Result<UserRows> {
        let name = path.as_ref().display().to_string();
        let file =
            File::open(path).map_err(|error| Error::io(format!("cannot read {name}"), error))?;
        Ok(UserRows(Content::File { file, name, _spool: None }))
    }

    /// The rows of a CSV file in UTF-8. The reader is copied to a temporary file, which only the
    /// current user can read and which is deleted when the rows are dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the rows cannot be read or copied.
    pub fn from_reader(mut reader: impl Read) -> Result<UserRows> {
        let path = std::env::temp_dir().join(format!("users-{}.csv", hex(&random::<16>()?)));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let failed =
            |error| Error::io(format!("cannot copy the rows to {}", path.display()), error);
        let mut file = options.open(&path).map_err(failed)?;
        let spool = Spool(path.clone());
        io::copy(&mut reader, &mut file).map_err(failed)?;
        let name = "the CSV file".to_owned();
        Ok(UserRows(Content::File { file, name, _spool: Some(spool) }))
    }

    /// Redacts the passwords of the rows, which a response can repeat. Reads one row at a time.
    #[inline]
    fn redact(&self, error: Error) -> Error {
        let passwords = self.rows().into_iter().flatten().flatten().filter_map(|row| row.password);
        passwords
            .fold(error, |error, password| error.redacted(&Redactor::default().with(&password)))
    }

    #[inline]
    pub(super) fn rows(&self) -> Result<Rows<'_>> {
        match &self.0 {
            Content::Rows(rows) => Ok(Box::new(rows.iter().cloned().map(Ok))),
            Content::File { file, name, .. } => {
                let mut start = file;
                let failed = |error| Error::io(format!("cannot read {name}"), error);
                start.seek(SeekFrom::Start(0)).map_err(failed)?;
                Ok(Box::new(CsvRows::new(file, name)))
            }
        }
    }

    /// Checks all rows, and returns the file to send.
    #[inline]
    fn file(&self, line: Line) -> Result<CsvFile<'_>> {
        let mut length = 0;
        for (index, row) in self.rows()?.enumerate() {
            let line = line(&row?);
            length +=
                line.map_err(|why| Error::input(format!("row {}, {why}", index + 1)))?.len() as u64;
        }
        if length == 0 {
            return Err(Error::input("there are no rows, so nothing was sent"));
        }
        Ok(CsvFile { rows: self, line, length })
    }
}

type Line = fn(&UserRow) -> Result<Vec<u8>, String>;

/// The file that is sent. Each attempt reads the rows again.
struct CsvFile<'r> {
    rows: &'r UserRows,
    line: Line,
    length: u64,
}

impl Replay for CsvFile<'_> {
    #[inline]
    fn length(&self) -> u64 {
        self.length
    }

    #[inline]
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        let rows = self.rows.rows().map_err(io::Error::other)?;
        Ok(Box::new(Lines { rows, line: self.line, current: Cursor::default() }))
    }
}

/// Reads rows as lines of CSV.
struct Lines<'r> {
    rows: Rows<'r>,
    line: Line,
    current: Cursor<Vec<u8>>,
}

impl Read for Lines<'_> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(row) = self.rows.next() else { return Ok(0) };
            let row = row.map_err(io::Error::other)?;
            self.current = Cursor::new((self.line)(&row).map_err(io::Error::other)?);
        }
    }
}

/// A bulk import that was started.
#[derive(Debug)]
pub struct UserImport<'s> {
    job: JobHandle<'s>,
    rows: UserRows,
}

impl<'s> UserImport<'s> {
    /// The job. After it has ended, its `status_notes` count the users who were added.
    #[inline]
    pub fn job(&self) -> &JobHandle<'s> {
        &self.job
    }

    /// Waits for the job to end, and returns the outcome of each row. Fails like
    /// [`JobHandle::wait`](crate::JobHandle::wait).
    #[inline]
    pub fn wait(&mut self) -> Result<ImportOutcomes<'_>> {
        self.wait_with(JobWait::new())
    }

    /// Same as [`wait`](UserImport::wait), with a deadline or intervals.
    #[inline]
    pub fn wait_with(&mut self, how: JobWait<'_>) -> Result<ImportOutcomes<'_>> {
        let job = self.job.wait_with(how).map_err(|error| self.rows.redact(error))?;
        ImportOutcomes::new(&self.rows, job)
    }
}
