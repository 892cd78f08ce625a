using PatchTools.Families.Dnf.Reading;

namespace PatchTools.Families.Dnf.Planning;

/// <content>What the lines of dnf 4 and yum 3, one for each package, come to.</content>
internal sealed partial record DnfAnswer
{
    private static List<PlannedChange> Changed(
        IReadOnlyList<(string Name, string Architecture, string Edition, string What)> said
    )
    {
        List<PlannedChange> changes = [];
        var replaced = said.Where(s => s.What is "upgraded" or "updated" or "downgraded" or "obsoleted").ToList();
        foreach (var (name, architecture, edition, what) in said.Distinct())
        {
            // yum names an update that also obsoletes twice, and the version before it as updated and as obsoleted.
            var isObsoleting = what == "obsoleting";
            PlannedAction? action = what switch
            {
                "installed" => PlannedAction.Install,
                "obsoleting" => replaced.Any(r => r.Name == name) ? PlannedAction.Upgrade : PlannedAction.Install,
                "an upgrade" or "an update" => PlannedAction.Upgrade,
                "a downgrade" => PlannedAction.Downgrade,
                "obsoleted" or "erased" => PlannedAction.Remove,
                _ => null,
            };
            if (
                action is null
                || (
                    isObsoleting
                    && said.Any(s =>
                        s.Name == name
                        && s.Architecture == architecture
                        && s.Edition == edition
                        && s.What is "an update" or "installed"
                    )
                )
                || (
                    what == "obsoleted"
                    && said.Any(s => s.Name == name && s.What is "an update" or "an upgrade" or "obsoleting")
                )
            )
                continue;
            var (from, fromArchitecture) = action switch
            {
                PlannedAction.Remove => (edition, architecture),
                PlannedAction.Install => ("", architecture),
                _ => VersionBefore(name, architecture, replaced),
            };
            changes.Add(
                new PlannedChange
                {
                    Action = action.Value,
                    Name = name,
                    Architecture = architecture,
                    FromArchitecture = fromArchitecture,
                    FromVersion = from,
                    ToVersion = action == PlannedAction.Remove ? "" : edition,
                    Note = what == "obsoleted" ? DnfTable.ReplacedNote : null,
                }
            );
        }

        return changes;
    }

    /// <summary>The version that goes, of the same architecture if there is one.</summary>
    private static (string Edition, string Architecture) VersionBefore(
        string name,
        string architecture,
        IReadOnlyList<(string Name, string Architecture, string Edition, string What)> replaced
    ) =>
        replaced
            .Where(r => r.Name == name)
            .OrderByDescending(r => r.Architecture == architecture)
            .Select(r => (r.Edition, r.Architecture))
            .FirstOrDefault(("", architecture));
}
