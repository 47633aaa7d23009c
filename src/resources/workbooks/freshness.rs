//! [`DataFreshness`]: when the views of a workbook refresh their data.

use jiff::civil::Time;

use crate::common::{MonthDay, WeekDay};
use crate::xml::{
    Element, FieldValue, FromXml, Node, Out, Text, ToXml, WriteField, element, string_enum,
};
use crate::{Error, Result};

/// The data freshness policy of a workbook: when its views query fresh data.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum DataFreshness {
    /// Each time they are opened.
    AlwaysLive,
    /// The setting of the site.
    SiteDefault,
    /// When the data is older than this.
    FreshEvery(FreshEvery),
    /// At these times.
    FreshAt(FreshAt),
    /// A value that this release does not know, exactly as the server sent it.
    Unknown(String),
}

element! {
    /// Maximum age of the data.
    pub struct FreshEvery = "freshEverySchedule";
    {
        /// The number of units.
        value: u64 = attr("value");
        /// The unit.
        unit: FreshEveryUnit = attr("frequency");
    }
}

element! {
    /// The times at which fresh data is queried.
    pub struct FreshAt = "freshAtSchedule";
    {
        /// Whether it is daily, weekly or monthly.
        frequency: FreshAtFrequency = attr("frequency");
        /// The time of the day.
        time: Time = attr("time");
        /// The time zone: `America/Los_Angeles`. `None` is the server's.
        time_zone: Option<String> = attr("timezone");
        /// The days, for a weekly policy.
        week_days: Vec<WeekDay> = list_attr("intervals", "interval", "weekDay");
        /// The days, for a monthly policy.
        month_days: Vec<MonthDay> = list_attr("intervals", "interval", "monthDay");
    }
}

impl FreshAt {
    /// Every day at this time.
    #[inline]
    pub fn daily(time: Time) -> FreshAt {
        FreshAt::of(FreshAtFrequency::Day, time)
    }

    /// On these days of the week at this time.
    pub fn weekly(days: impl IntoIterator<Item = WeekDay>, time: Time) -> FreshAt {
        let week_days = days.into_iter().collect();
        FreshAt { week_days, ..FreshAt::of(FreshAtFrequency::Week, time) }
    }

    /// On these days of the month at this time.
    pub fn monthly(days: impl IntoIterator<Item = MonthDay>, time: Time) -> FreshAt {
        let month_days = days.into_iter().collect();
        FreshAt { month_days, ..FreshAt::of(FreshAtFrequency::Month, time) }
    }

    /// Sets the time zone: `America/Los_Angeles`. Default: the server's.
    pub fn time_zone(mut self, name: impl Into<String>) -> FreshAt {
        self.time_zone = Some(name.into());
        self
    }

    #[inline]
    fn of(frequency: FreshAtFrequency, time: Time) -> FreshAt {
        FreshAt { frequency, time, ..FreshAt::blank() }
    }

    /// Rejects policies that the server would refuse or misinterpret.
    #[inline]
    fn check(&self) -> Result<()> {
        let days = match self.frequency {
            FreshAtFrequency::Week => self.week_days.len(),
            FreshAtFrequency::Month => self.month_days.len(),
            _ => return Ok(()),
        };
        if days == 0 {
            let frequency = self.frequency.as_str().to_lowercase();
            let what = format!("invalid data freshness policy: it has no day of the {frequency}");
            return Err(Error::input(what));
        }
        let wrong = |day: &&MonthDay| match day {
            MonthDay::Day(number) => !(1..=31).contains(number),
            MonthDay::Last => false,
            _ => true,
        };
        match self.month_days.iter().find(wrong) {
            Some(day) => Err(Error::input(format!(
                "invalid data freshness policy: {} is not a day of the month",
                day.write()
            ))),
            None => Ok(()),
        }
    }
}

impl From<FreshEvery> for DataFreshness {
    #[inline]
    fn from(every: FreshEvery) -> DataFreshness {
        DataFreshness::FreshEvery(every)
    }
}

impl From<FreshAt> for DataFreshness {
    #[inline]
    fn from(at: FreshAt) -> DataFreshness {
        DataFreshness::FreshAt(at)
    }
}

impl DataFreshness {
    /// The kind of policy, as the API spells it.
    #[inline]
    pub fn as_str(&self) -> &str {
        match self {
            DataFreshness::AlwaysLive => "AlwaysLive",
            DataFreshness::SiteDefault => "SiteDefault",
            DataFreshness::FreshEvery(_) => "FreshEvery",
            DataFreshness::FreshAt(_) => "FreshAt",
            DataFreshness::Unknown(word) => word,
        }
    }

    /// When the data is older than this number of minutes, hours, days or weeks.
    #[inline]
    pub fn every(value: u64, unit: FreshEveryUnit) -> DataFreshness {
        DataFreshness::FreshEvery(FreshEvery { value, unit })
    }
}

impl FromXml for DataFreshness {
    #[inline]
    fn from_xml(node: Node<'_>) -> Result<DataFreshness> {
        let option: String = node.attr("option")?;
        Ok(match option.to_ascii_lowercase().as_str() {
            "alwayslive" => DataFreshness::AlwaysLive,
            "sitedefault" => DataFreshness::SiteDefault,
            "freshevery" => DataFreshness::FreshEvery(node.child(FreshEvery::TAG)?),
            "freshat" => DataFreshness::FreshAt(node.child(FreshAt::TAG)?),
            _ => DataFreshness::Unknown(option),
        })
    }
}

crate::xml::value_from_xml!(DataFreshness, DataFreshness::SiteDefault);

impl WriteField for DataFreshness {
    #[inline]
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

impl ToXml for DataFreshness {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("dataFreshnessPolicy", |out| {
            out.attribute("option", self.as_str());
            match self {
                DataFreshness::FreshEvery(every) => out.element(FreshEvery::TAG, |out| {
                    out.attr("frequency", &every.unit);
                    out.attr("value", &every.value);
                }),
                DataFreshness::FreshAt(at) => at.write(out),
                _ => {}
            }
        });
    }
}

impl FreshAt {
    #[inline]
    fn write(&self, out: &mut Out) {
        if let Err(error) = self.check() {
            out.refuse(error);
        }
        out.element(FreshAt::TAG, |out| {
            out.attr("frequency", &self.frequency);
            out.attr("time", &self.time);
            if let Some(zone) = &self.time_zone {
                out.attribute("timezone", zone);
            }
            let days = self.week_days.iter().map(|day| ("weekDay", day.write()));
            let days = days.chain(self.month_days.iter().map(|day| ("monthDay", day.write())));
            let mut days = days.peekable();
            if days.peek().is_some() {
                out.element("intervals", |out| {
                    for (name, day) in days {
                        out.element("interval", |out| out.attribute(name, &day));
                    }
                });
            }
        });
    }
}

string_enum! {
    /// The unit of a maximum age.
    pub enum FreshEveryUnit {
        /// Minutes.
        Minutes = "Minutes",
        /// Hours.
        Hours = "Hours",
        /// Days.
        Days = "Days",
        /// Weeks.
        Weeks = "Weeks",
    }
}

string_enum! {
    /// How often fresh data is queried at a certain time.
    pub enum FreshAtFrequency {
        /// Every day.
        Day = "Day",
        /// On some days of every week.
        Week = "Week",
        /// On some days of every month.
        Month = "Month",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;
    use crate::xml::{parse, request};

    #[test]
    fn reads_what_it_writes() {
        for policy in [
            DataFreshness::AlwaysLive,
            DataFreshness::SiteDefault,
            DataFreshness::Unknown("FreshAtNoon".into()),
            DataFreshness::every(10, FreshEveryUnit::Hours),
            FreshAt::daily(time(22, 0, 0, 0)).time_zone("Asia/Singapore").into(),
            FreshAt::weekly([WeekDay::Monday, WeekDay::Friday], time(6, 30, 0, 0)).into(),
            FreshAt::monthly([MonthDay::Day(1), MonthDay::Last], time(0, 0, 5, 0)).into(),
        ] {
            let text = request(&policy).unwrap().replace("tsRequest", "tsResponse");
            let document = parse(&text).unwrap();
            let reports = crate::xml::Reports::default();
            let root = Node::root(&document, &reports).unwrap();
            assert_eq!(root.child::<DataFreshness>("dataFreshnessPolicy").unwrap(), policy);
        }
    }

    #[test]
    fn writes_the_form_of_the_schema() {
        let policy = FreshAt::weekly([WeekDay::Monday], time(22, 0, 0, 0)).time_zone("UTC");
        assert_eq!(
            request(&DataFreshness::from(policy)).unwrap(),
            "<tsRequest><dataFreshnessPolicy option=\"FreshAt\">\
             <freshAtSchedule frequency=\"Week\" time=\"22:00:00\" timezone=\"UTC\">\
             <intervals><interval weekDay=\"Monday\"/></intervals>\
             </freshAtSchedule></dataFreshnessPolicy></tsRequest>"
        );
    }

    #[test]
    fn rejects_missing_and_invalid_days() {
        for policy in [
            FreshAt::weekly([], time(1, 0, 0, 0)),
            FreshAt::monthly([], time(1, 0, 0, 0)),
            FreshAt::monthly([MonthDay::Day(0)], time(1, 0, 0, 0)),
            FreshAt::monthly([MonthDay::Last, MonthDay::Day(32)], time(1, 0, 0, 0)),
        ] {
            let error = request(&DataFreshness::from(policy)).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Input);
            assert!(error.to_string().contains("freshness policy"), "{error}");
        }
    }
}
