using System.Xml.Linq;
using PatchTools.Adapters.Compression;
using PatchTools.PackageManagers.Zypper;
using PatchTools.Processes;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// Asks the real zypper and PatchTools about one universe. Ruling by which PatchTools differs on purpose: a needed
/// patch counts whatever the priority of its repository.
/// </summary>
internal static class ZypperComparison
{
    public static Comparison Compare(RpmUniverse universe)
    {
        using var host = new ZypperHost(universe);
        List<string> lines = [];
        var manager = new ZypperPackageManager(
            host.Context,
            new ProcessRunner(host.Context, SilentObserver.Instance),
            new Decompressor()
        );
        if (RpmComparison.Inventory(manager, universe, lines) is not { } inventory)
            return new Comparison(lines, HasUpdate: false);
        if (universe.Repositories.Any(r => r.Condition is not null))
            return new Comparison(lines, HasUpdate: false);

        var missing = RpmComparison.Missing(inventory, "SUSE", "Suse15.5", securityOnly: false);
        Needed(universe, host, missing, lines);
        Updates(universe, host, missing, lines);
        return new Comparison(lines, missing.Count > 0);
    }

    /// <summary>The ids of all findings together are the patches that zypper needs.</summary>
    private static void Needed(
        RpmUniverse universe,
        ZypperHost host,
        Dictionary<string, PatchFinding> missing,
        List<string> lines
    )
    {
        var needed = Items(host, "list-patches", "--all", "--with-optional")
            .Where(u => (string?)u.Attribute("status") == "needed")
            .Select(u => (string)u.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);
        var ours = missing.Values.SelectMany(f => f.AdvisoryIds).ToHashSet(StringComparer.Ordinal);
        foreach (var id in needed.Except(ours).Order(StringComparer.Ordinal))
            lines.Add($"needed {id}: zypper needs it, PatchTools does not show it");
        foreach (var id in ours.Except(needed).Order(StringComparer.Ordinal))
        {
            // A locked patch is not needed by zypper's word, and still missing.
            if (!universe.Locks.Any(l => missing.ContainsKey(l)))
                lines.Add($"shown {id}: PatchTools shows it, zypper does not need it");
        }
    }

    private static void Updates(
        RpmUniverse universe,
        ZypperHost host,
        Dictionary<string, PatchFinding> missing,
        List<string> lines
    )
    {
        var obsoleted = universe
            .Repositories.SelectMany(r => r.Packages)
            .Where(p => p.Obsoletes is not null)
            .SelectMany(p => new[] { p.Obsoletes!, p.Name })
            .ToHashSet(StringComparer.Ordinal);
        foreach (var update in Items(host, "list-updates"))
        {
            var name = (string)update.Attribute("name")!;
            var edition = RpmComparison.Edition((string)update.Attribute("edition")!);
            if (obsoleted.Contains(name))
                continue;
            if (!missing.TryGetValue(name, out var finding))
                lines.Add($"update {name}: zypper {edition}, PatchTools nothing");
            else if (
                RpmComparison.Edition(finding.AvailableVersion) != edition
                && universe.Repositories.Select(r => r.Priority).Distinct().Count() == 1
                && finding.AvailableVersion.Length > 0
            )
                lines.Add($"update {name}: zypper {edition}, PatchTools {finding.AvailableVersion}");
        }
    }

    private static IEnumerable<XElement> Items(ZypperHost host, params string[] arguments) =>
        XDocument.Parse(host.Zypper(["--no-refresh", "--xmlout", .. arguments]).Expect().Output).Descendants("update");
}
