use tableau_server_client as tsc;
use tsc::extensions::{ExtensionsServerSettingsUpdate, ExtensionsSettingsUpdate, SafeExtension};

use super::golden::Goldens;

fn enabled() -> ExtensionsSettingsUpdate {
    ExtensionsSettingsUpdate::new().enabled(true).use_default_setting(false)
}

fn safe() -> SafeExtension {
    let url = "https://good.example/a.html";
    SafeExtension::new(url).full_data_allowed(true).prompt_needed(false)
}

pub fn cases(g: &mut Goldens) {
    for name in ["get_server_settings", "get_server_settings.bare"] {
        g.same(name, |s| s.extensions().server_settings());
    }
    let blocked = ["https://bad.example", "https://worse.example/?x=1&y=2"].map(str::to_owned);
    g.same("update_server_settings", |s| {
        let changes = ExtensionsServerSettingsUpdate::new().enabled(false).block_list(blocked);
        s.extensions().update_server_settings(changes)
    });
    g.same("update_server_settings.empty", |s| {
        let changes = ExtensionsServerSettingsUpdate::new().enabled(true).block_list([]);
        s.extensions().update_server_settings(changes)
    });
    g.same("get", |s| s.extensions().get());
    g.same("update", |s| s.extensions().update(enabled()));
    g.same("update.empty", |s| s.extensions().update(enabled().safe_list([])));
    g.same("update.all", |s| {
        let changes = enabled().allow_trusted(true).include_sandboxed(false);
        let changes = changes.include_tableau_built(true).include_partner_built(false);
        s.extensions().update(changes.safe_list([safe()]))
    });
    g.differs(
        "update.several",
        "one-safe-list-per-extension",
        &["PUT ~/settings/extensions <tsRequest> <extensionsSiteSettings> \
           <extensionsEnabled>\"true\" <useDefaultSetting>\"false\" <safeList> \
           <url>\"https://good.example/a.html\" <fullDataAllowed>\"true\" <promptNeeded>\"false\" \
           <safeList> <url>\"https://b\""],
        |s| s.extensions().update(enabled().safe_list([safe(), SafeExtension::new("https://b")])),
    );
}
