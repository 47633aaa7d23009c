//! [`Collection`]: the items of a resource. Sample items are generated on demand, so that a million of
//! them use no memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::api_error::ApiError;
use super::luid::{ADDED, luid, number};
use super::record::{Record, Resource};
use super::sample::Sample;

/// Generates sample item `n`.
pub(super) type Generate = fn(&Sample, u64) -> Record;

/// The items of resource `R` in a fixed order: the sample items, then the created ones.
pub(super) struct Collection<R> {
    sample: Sample,
    samples: u64,
    generate: Generate,
    /// Sample items that were changed, or deleted (`None`).
    changed: BTreeMap<u64, Option<Record>>,
    deleted: u64,
    added: BTreeMap<u64, Record>,
    next: u64,
    resource: PhantomData<fn() -> R>,
}

impl<R> Default for Collection<R> {
    fn default() -> Collection<R> {
        Collection::new(&Sample::default(), 0, |_, _| Record::default())
    }
}

impl<R> Collection<R> {
    pub(super) fn new(sample: &Sample, samples: u64, generate: Generate) -> Collection<R> {
        Collection {
            sample: sample.clone(),
            samples,
            generate,
            changed: BTreeMap::new(),
            deleted: 0,
            added: BTreeMap::new(),
            next: ADDED,
            resource: PhantomData,
        }
    }
}

impl<R: Resource> Collection<R> {
    /// An id for a new item.
    pub(super) fn new_id(&mut self) -> String {
        self.next += 1;
        luid(R::SCHEMA.kind, self.sample.site, self.next)
    }

    pub(super) fn add(&mut self, item: Record) {
        let n = self.number(&item.id).unwrap_or_default();
        self.added.insert(n, item);
    }

    fn at(&self, n: u64) -> Option<Cow<'_, Record>> {
        if n >= ADDED {
            return self.added.get(&n).map(Cow::Borrowed);
        }
        match self.changed.get(&n) {
            Some(item) => item.as_ref().map(Cow::Borrowed),
            None => (n < self.samples).then(|| Cow::Owned((self.generate)(&self.sample, n))),
        }
    }

    fn number(&self, id: &str) -> Option<u64> {
        number(id, R::SCHEMA.kind, self.sample.site)
    }

    pub(super) fn find(&self, id: &str) -> Option<Cow<'_, Record>> {
        self.at(self.number(id)?)
    }

    /// The item, or the error for an unknown id.
    pub(super) fn get(&self, id: &str) -> Result<Cow<'_, Record>, ApiError> {
        self.find(id).ok_or_else(|| R::SCHEMA.kind.missing(id))
    }

    /// The item, to change it. A sample item is stored from then on.
    pub(super) fn get_mut(&mut self, id: &str) -> Result<&mut Record, ApiError> {
        let missing = || R::SCHEMA.kind.missing(id);
        let n = self.number(id).ok_or_else(missing)?;
        if n >= ADDED {
            return self.added.get_mut(&n).ok_or_else(missing);
        }
        if n >= self.samples {
            return Err(missing());
        }
        let (sample, generate) = (&self.sample, self.generate);
        let item = self.changed.entry(n).or_insert_with(|| Some(generate(sample, n)));
        item.as_mut().ok_or_else(missing)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), ApiError> {
        self.get(id)?;
        match self.number(id) {
            Some(n) if n < ADDED => {
                self.changed.insert(n, None);
                self.deleted += 1;
            }
            n => drop(self.added.remove(&n.unwrap_or_default())),
        }
        Ok(())
    }

    pub(super) fn len(&self) -> u64 {
        self.samples - self.deleted + self.added.len() as u64
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Cow<'_, Record>> {
        let added = self.added.values().map(Cow::Borrowed);
        (0..self.samples).filter_map(|n| self.at(n)).chain(added)
    }

    /// At most `limit` items after the first `skip`; skipped items are not generated.
    pub(super) fn slice(&self, skip: u64, limit: u64) -> Vec<Cow<'_, Record>> {
        let samples = self.samples - self.deleted;
        let mut items = Vec::new();
        if skip < samples {
            let rest = (self.position(skip)..self.samples).filter_map(|n| self.at(n));
            items.extend(rest.take(usize::try_from(limit).unwrap_or(usize::MAX)));
        }
        let left = usize::try_from(limit).unwrap_or(usize::MAX) - items.len();
        let skip = usize::try_from(skip.saturating_sub(samples)).unwrap_or(usize::MAX);
        items.extend(self.added.values().skip(skip).take(left).map(Cow::Borrowed));
        items
    }

    // The number of the sample item with `skip` sample items before it that were not deleted.
    fn position(&self, skip: u64) -> u64 {
        let mut at = skip;
        for (&n, item) in &self.changed {
            if n > at {
                break;
            }
            at += u64::from(item.is_none());
        }
        at
    }

    /// The items that requests created or changed.
    pub(super) fn stored(&self) -> impl Iterator<Item = &Record> {
        self.changed.values().flatten().chain(self.added.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::luid::Kind;
    use crate::mock::schema::Schema;

    const KIND: Kind = Kind::new(0x09, "404012", "Thing");

    struct Thing;

    impl Resource for Thing {
        const SCHEMA: &'static Schema = &Schema::new(KIND, "things", "thing", "things");
    }

    fn collection(samples: u64) -> Collection<Thing> {
        Collection::new(&Sample::default(), samples, |sample, n| {
            thing(luid(KIND, sample.site, n), n)
        })
    }

    fn thing(id: String, number: u64) -> Record {
        Record { number, ..Record::new(id) }
    }

    fn numbers(collection: &Collection<Thing>, skip: u64, limit: u64) -> Vec<u64> {
        collection.slice(skip, limit).iter().map(|thing| thing.number).collect()
    }

    #[test]
    fn slices_match_iteration() {
        let mut collection = collection(10);
        for n in [0, 3, 4, 9] {
            collection.remove(&luid(KIND, 0, n)).unwrap();
        }
        assert!(collection.remove(&luid(KIND, 0, 3)).is_err());
        assert!(collection.get_mut(&luid(KIND, 0, 3)).is_err());
        collection.get_mut(&luid(KIND, 0, 5)).unwrap().number = 55;
        for n in [100, 101, 102] {
            let id = collection.new_id();
            collection.add(thing(id, n));
        }
        let all: Vec<u64> = collection.iter().map(|thing| thing.number).collect();
        assert_eq!(all, [1, 2, 55, 6, 7, 8, 100, 101, 102]);
        let reversed: Vec<u64> = collection.iter().rev().map(|thing| thing.number).collect();
        assert!(reversed.iter().eq(all.iter().rev()));
        assert_eq!(collection.len(), 9);
        for skip in 0..11_usize {
            for limit in 0..11_usize {
                let expected: Vec<u64> = all.iter().copied().skip(skip).take(limit).collect();
                let slice = numbers(&collection, skip as u64, limit as u64);
                assert_eq!(slice, expected, "{skip} {limit}");
            }
        }
    }

    #[test]
    fn sample_items_are_not_stored() {
        let collection = collection(1_000_000);
        assert_eq!(numbers(&collection, 999_998, 10), [999_998, 999_999]);
        assert_eq!(collection.stored().count(), 0);
    }
}
