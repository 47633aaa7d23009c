//! [`Collections`]: state keyed by its type, so that the core names no resource.

use std::any::{Any, TypeId};
use std::collections::HashMap;

/// A map with at most one value of each type.
#[derive(Default)]
pub(super) struct Collections(HashMap<TypeId, Box<dyn Any + Send>>);

impl Collections {
    /// Stores a value, replacing the one of the same type.
    pub(super) fn insert<T: Send + 'static>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// The value of that type, if it was stored.
    pub(super) fn get<T: Send + 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// The value of that type; stores the default first if there is none.
    pub(super) fn get_or_default<T: Default + Send + 'static>(&mut self) -> &mut T {
        let value = self.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        value.downcast_mut().expect("the value under a type's id is of that type")
    }
}
