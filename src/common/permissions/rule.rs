//! [`PermissionRule`] and the difference of two sets of rules.

use std::borrow::Borrow;

use super::{Capability, Grantee, PermissionMode};
use crate::xml::{FromXml, Node, Out, ToXml};
use crate::{Error, Result};

/// The capabilities that a user, a group or a group set is allowed and denied.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PermissionRule {
    /// The user, group or group set.
    pub grantee: Grantee,
    /// The capabilities, each allowed or denied.
    pub capabilities: Vec<(Capability, PermissionMode)>,
}

impl PermissionRule {
    /// Creates a rule without capabilities.
    pub fn new(grantee: impl Into<Grantee>) -> PermissionRule {
        PermissionRule { grantee: grantee.into(), capabilities: Vec::new() }
    }

    /// Allows these capabilities as well.
    pub fn allow(self, capabilities: impl IntoIterator<Item = Capability>) -> PermissionRule {
        self.with(capabilities, PermissionMode::Allow)
    }

    /// Denies these capabilities as well.
    pub fn deny(self, capabilities: impl IntoIterator<Item = Capability>) -> PermissionRule {
        self.with(capabilities, PermissionMode::Deny)
    }

    fn with(
        mut self,
        capabilities: impl IntoIterator<Item = Capability>,
        mode: PermissionMode,
    ) -> PermissionRule {
        self.capabilities.extend(capabilities.into_iter().map(|one| (one, mode.clone())));
        self
    }

    /// Returns whether a capability is allowed or denied. `None` if the rule does not name it.
    #[inline]
    pub fn mode(&self, capability: &Capability) -> Option<&PermissionMode> {
        self.capabilities.iter().find(|(one, _)| one == capability).map(|(_, mode)| mode)
    }
}

/// The difference of two sets of rules; see [`Permissions::set`](crate::permissions::Permissions::set).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PermissionChanges {
    /// The rules that only the first set has.
    pub deleted: Vec<PermissionRule>,
    /// The rules that only the second set has.
    pub added: Vec<PermissionRule>,
}

impl PermissionChanges {
    /// Returns the changes that turn the first set of rules into the second. The order of rules and
    /// capabilities is ignored, and rules with the same grantee are merged.
    pub fn between<O: Borrow<PermissionRule>, N: Borrow<PermissionRule>>(
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
    ) -> PermissionChanges {
        let (old, new) = (merged(old), merged(new));
        PermissionChanges { deleted: without(&old, &new), added: without(&new, &old) }
    }

    /// Whether the two sets are equal.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.deleted.is_empty() && self.added.is_empty()
    }
}

/// Merges rules so that each grantee has one rule, which contains each capability at most once per
/// mode. Rules without capabilities are dropped.
pub(super) fn merged<R: Borrow<PermissionRule>>(
    rules: impl IntoIterator<Item = R>,
) -> Vec<PermissionRule> {
    let mut all: Vec<PermissionRule> = Vec::new();
    for rule in rules {
        let rule = rule.borrow();
        let at = all.iter().position(|known| known.grantee == rule.grantee).unwrap_or_else(|| {
            all.push(PermissionRule::new(rule.grantee.clone()));
            all.len() - 1
        });
        for pair in &rule.capabilities {
            if !all[at].capabilities.contains(pair) {
                all[at].capabilities.push(pair.clone());
            }
        }
    }
    all.retain(|rule| !rule.capabilities.is_empty());
    all
}

/// The rules without the capabilities that are also in `others`.
#[inline]
fn without(rules: &[PermissionRule], others: &[PermissionRule]) -> Vec<PermissionRule> {
    let mut rest = rules.to_vec();
    for rule in &mut rest {
        let same = others.iter().find(|other| other.grantee == rule.grantee);
        rule.capabilities.retain(|pair| {
            pair.0 != Capability::InheritedProjectLeader
                && !same.is_some_and(|other| other.capabilities.contains(pair))
        });
    }
    rest.retain(|rule| !rule.capabilities.is_empty());
    rest
}

/// Rejects rules that both allow and deny a grantee the same capability.
#[inline]
pub(super) fn check(rules: &[PermissionRule]) -> Result<()> {
    for rule in rules {
        for (capability, mode) in &rule.capabilities {
            if rule.mode(capability) != Some(mode) {
                return Err(Error::input(format!(
                    "{} is both allowed and denied {capability}",
                    rule.grantee
                )));
            }
        }
    }
    Ok(())
}

/// Rules in a request.
pub(super) struct Rules(pub(super) Vec<PermissionRule>);

impl ToXml for Rules {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("permissions", |out| {
            for rule in &self.0 {
                out.element("granteeCapabilities", |out| {
                    match &rule.grantee {
                        Grantee::User(id) => out.child_id("user", id),
                        Grantee::Group(id) => out.child_id("group", id),
                        Grantee::GroupSet(id) => out.child_id("groupSet", id),
                        Grantee::Unknown { kind, .. } => out.refuse(Error::input(format!(
                            "permissions for a {kind} can be read and deleted, but not added"
                        ))),
                    }
                    out.element("capabilities", |out| {
                        for (capability, mode) in &rule.capabilities {
                            out.element("capability", |out| {
                                out.attr("name", capability);
                                out.attr("mode", mode);
                            });
                        }
                    });
                });
            }
        });
    }
}

/// Reads the rules in a response.
#[inline]
pub(super) fn read(root: Node<'_>) -> Result<Vec<PermissionRule>> {
    root.need("permissions")?;
    // An unreadable rule is an error: `set` would otherwise delete or duplicate it.
    let rules = root.items("permissions", "granteeCapabilities", Node::LONGEST)?;
    rules.into_iter().map(PermissionRule::from_xml).collect()
}

impl FromXml for PermissionRule {
    #[inline]
    fn from_xml(node: Node<'_>) -> Result<PermissionRule> {
        let grantee = node.children().find(|child| child.tag() != "capabilities");
        let grantee = grantee.ok_or_else(|| node.fail("the grantee", "is missing"))?;
        let capabilities = node.find("capabilities").into_iter().flat_map(Node::children);
        Ok(PermissionRule {
            grantee: match grantee.tag() {
                "user" => Grantee::User(grantee.attr("id")?),
                "group" => Grantee::Group(grantee.attr("id")?),
                "groupSet" => Grantee::GroupSet(grantee.attr("id")?),
                kind => Grantee::Unknown { kind: kind.to_owned(), id: grantee.attr("id")? },
            },
            capabilities: capabilities
                .filter(|child| child.tag() == "capability")
                .map(|capability| Ok((capability.attr("name")?, capability.attr("mode")?)))
                .collect::<Result<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Capability::{Delete, Filter, InheritedProjectLeader, Read, Write};
    use super::*;
    use crate::ids::{GroupId, UserId};

    fn user(id: &str) -> PermissionRule {
        PermissionRule::new(UserId::from(id))
    }

    fn group(id: &str) -> PermissionRule {
        PermissionRule::new(GroupId::from(id))
    }

    #[test]
    fn equal_sets_have_no_difference() {
        let old = [user("a").allow([Read]).deny([Write]), group("a").allow([Read])];
        let new = [
            group("a").allow([Read]),
            user("a").deny([Write]),
            user("b"),
            user("a").allow([Read, Read]),
        ];
        assert!(PermissionChanges::between(&old, &new).is_empty());
        assert!(PermissionChanges::between(&new, &old).is_empty());
    }

    #[test]
    fn compares_grantee_capability_and_mode() {
        let old = [user("a").allow([Read, Write]), group("a").deny([Filter])];
        let new = [user("a").allow([Read]).deny([Write]), group("b").deny([Filter])];
        let changes = PermissionChanges::between(&old, &new);
        assert_eq!(changes.deleted, [user("a").allow([Write]), group("a").deny([Filter])]);
        assert_eq!(changes.added, [user("a").deny([Write]), group("b").deny([Filter])]);
    }

    #[test]
    fn keeps_inherited_project_leaders() {
        let old = [user("a").allow([InheritedProjectLeader, Delete])];
        let changes = PermissionChanges::between(&old, &[] as &[PermissionRule]);
        assert_eq!(changes.deleted, [user("a").allow([Delete])]);
    }

    #[test]
    fn rejects_rules_that_allow_and_deny_the_same() {
        let rules = merged([user("a").allow([Read]), user("a").deny([Read])]);
        let error = check(&rules).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input);
        assert_eq!(error.to_string(), "user a is both allowed and denied Read");
    }
}
