//! Metrics, which Tableau retired: `session.metrics()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::common::content::{self, GET_METRIC};
use crate::common::find::find_by_name;
use crate::common::{Download, List, filter_fields};
use crate::ids::{MetricId, ProjectId, UserId, ViewId};
use crate::operation::operations;
use crate::xml::element;

operations! {
    LIST = GET "sites/{site}/metrics" since (3, 9) until (3, 22) scope "tableau:content:read"
        errors [403018, 404004]
        "List Metrics for Site" "metrics.htm#list_metrics_for_site";
    DATA = GET "sites/{site}/metrics/{metric}/data" since (3, 16) until (3, 22)
        scope "tableau:metrics:download" errors [403054]
        "Get Metric Data" "metrics.htm#get_metric_data";
    UPDATE = PUT "sites/{site}/metrics/{metric}" since (3, 9) until (3, 22)
        scope "tableau:metrics:update"
        errors [400123, 403118, 403119, 403120, 404002, 404004, 404005, 409015]
        "Update Metric" "metrics.htm#update_metric";
    DELETE = DELETE "sites/{site}/metrics/{metric}" since (3, 9) until (3, 22)
        scope "tableau:metrics:delete" errors [404006]
        "Delete Metric" "metrics.htm#delete_metric";
}

super::resource! {
    /// The metrics of a site. Tableau Cloud retired them in February 2024, Tableau Server in
    /// 2024.2; the metrics of Tableau Pulse are a different feature.
    Metrics
}

impl<'s> Metrics<'s> {
    /// Lists the metrics of the site. If the site has none, the server responds with the error
    /// 404004 ([`is_not_found`](crate::Error::is_not_found)).
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, Metric> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a metric.
    #[doc = content::rest!(GET_METRIC)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<MetricId>) -> Result<Metric> {
        self.client.get(&GET_METRIC, &[&id.into()])
    }

    /// Downloads the values of a metric as CSV, at most 10,000 rows.
    #[doc = rest!(DATA)]
    pub fn data(&self, id: impl Into<MetricId>) -> Download<'s> {
        Download::of_item(self.client, &DATA, &id.into(), &[(None, "csv")])
    }

    /// Changes a metric.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<MetricId>,
        changes: impl Borrow<MetricUpdate>,
    ) -> Result<Metric> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes a metric.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<MetricId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }
}

find_by_name!(Metrics Metric "metrics");

element! {
    /// A metric: a value of a view that is tracked over time.
    pub struct Metric = "metric" in "metrics";
    /// Changes to a metric; see [`Metrics::update`].
    pub struct MetricUpdate: update;
    {
        /// The metric's id.
        id: MetricId = attr("id");
        /// The name.
        name: String = attr("name"), update String;
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), update String;
        /// The address of the metric in the browser.
        webpage_url: Option<String> = either("webpageUrl", "webpageurl");
        /// When the metric was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When the metric was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Whether the metric is no longer refreshed.
        suspended: Option<bool> = attr("suspended"), update bool;
        /// The project that the metric is in.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The name of that project.
        project_name: Option<String> = child_attr("project", "name");
        /// The user who owns the metric.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The view that the metric was created from.
        view: Option<ViewId> = child_id("underlyingView");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

filter_fields! {
    for Metric;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
    HITS_TOTAL = "hitsTotal" Number [eq gt gte lt lte];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq in];
    PROJECT_NAME = "projectName" Text [eq in];
    TAGS = "tags" Text [eq in];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}
