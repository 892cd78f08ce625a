using System.Xml.Linq;
using PatchTools.Adapters.Compression;
using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// Asks the real zypper and PatchTools about one universe. Rulings by which PatchTools differs on purpose: a needed
/// patch counts whatever the priority of its repository; where nobody offers the version that it names its package is
/// Missing; a lock is the administrator's refusal, and what it keeps back is Missing; of several architectures that
/// could follow noarch only the host's best does.
/// </summary>
internal sealed class ZypperComparison : IDisposable
{
    private readonly RpmUniverse _universe;
    private readonly ZypperHost _host;
    private readonly ZypperHost _judge;
    private readonly RpmUniverse _seen;
    private readonly ZypperPackageManager _manager;
    private readonly HashSet<string> _obsoleted;
    private readonly List<string> _lines = [];

    private ZypperComparison(RpmUniverse universe)
    {
        _universe = universe;
        _host = new ZypperHost(universe);
        _seen = universe.WithoutRetracted();
        var isSame = _seen.Repositories.Sum(r => r.Packages.Count) == universe.Repositories.Sum(r => r.Packages.Count);
        var isSpoiled = universe.Repositories.Any(r => r.Condition is not null);
        _judge = isSame || isSpoiled ? _host : new ZypperHost(_seen);
        _manager = new ZypperPackageManager(
            new HostSession(
                _host.Context,
                new ProcessRunner(_host.Context, SilentObserver.Instance),
                new Decompressor()
            )
        );
        _obsoleted = universe
            .Repositories.SelectMany(r => r.Packages)
            .Where(p => p.Obsoletes is not null)
            .SelectMany(p => new[] { p.Obsoletes!, p.Name })
            .ToHashSet(StringComparer.Ordinal);
    }

    public static Comparison Compare(RpmUniverse universe)
    {
        using var comparison = new ZypperComparison(universe);
        return comparison.Compare();
    }

    public void Dispose()
    {
        _host.Dispose();
        _judge.Dispose();
    }

    private Comparison Compare()
    {
        if (RpmComparison.Inventory(_manager, _universe, _lines) is not { } inventory)
            return new Comparison(_lines, HasUpdate: false);
        if (_universe.Repositories.Any(r => r.Condition is not null))
            return new Comparison(_lines, HasUpdate: false);

        var all = RpmComparison.Missing(inventory, "SUSE", "Suse15.5", securityOnly: false);
        var security = RpmComparison.Missing(inventory, "SUSE", "Suse15.5", securityOnly: true);
        var patches = Items("list-patches", "--all", "--with-optional").ToList();
        Shown(Needed("needed", patches, all), all);
        Needed("security", patches.Where(p => (string?)p.Attribute("category") == "security"), security);
        Updates(all);
        Security(security);
        Plan(inventory, all);
        return new Comparison(_lines, all.Count > 0);
    }

    /// <summary>The ids of all findings together are the patches that zypper needs.</summary>
    private HashSet<string> Needed(string kind, IEnumerable<XElement> patches, Dictionary<string, PatchFinding> missing)
    {
        var needed = patches
            .Where(u => (string?)u.Attribute("status") == "needed")
            .Select(u => (string)u.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);
        var ours = missing.Values.SelectMany(f => f.AdvisoryIds).ToHashSet(StringComparer.Ordinal);
        foreach (var id in needed.Except(ours).Order(StringComparer.Ordinal))
        {
            // Nobody offers what the patch names: its package is Missing, with an update that does not satisfy it yet.
            if (!Named(id).Any(p => missing.ContainsKey(p.Name) && (!IsOffered(p) || IsBehindNative(p))))
                _lines.Add($"{kind} {id}: zypper needs it, PatchTools does not show it");
        }

        return needed;
    }

    private void Shown(HashSet<string> needed, Dictionary<string, PatchFinding> missing)
    {
        foreach (var id in missing.Values.SelectMany(f => f.AdvisoryIds).ToHashSet(StringComparer.Ordinal))
        {
            // A locked patch is not needed by zypper's word, and still missing.
            if (!needed.Contains(id) && !Named(id).Any(p => _universe.Locks.Contains(p.Name)))
                _lines.Add($"shown {id}: PatchTools shows it, zypper does not need it");
        }
    }

    private IEnumerable<RpmPackage> Named(string id) =>
        _universe.Repositories.SelectMany(r => r.Advisories).Where(a => a.Id == id).SelectMany(a => a.Packages);

    /// <summary>
    /// Of several architectures that could follow noarch only the host's best does: the patch of the lesser one shows
    /// once nothing of the best is newer, and until then the package is Missing all the same.
    /// </summary>
    private bool IsBehindNative(RpmPackage package) =>
        package.Architecture == "i686"
        && _universe.Installed.Any(i => i.Name == package.Name && i.Architecture == "noarch")
        && _seen
            .Repositories.SelectMany(r => r.Packages)
            .Any(p => p.Name == package.Name && p.Architecture == "x86_64");

    private bool IsOffered(RpmPackage package) => _seen.Repositories.SelectMany(r => r.Packages).Any(package.IsSameAs);

    private void Updates(Dictionary<string, PatchFinding> missing)
    {
        var theirs = Items("list-updates")
            .ToDictionary(
                u => (string)u.Attribute("name")!,
                u => RpmComparison.Edition((string)u.Attribute("edition")!),
                StringComparer.Ordinal
            );
        var ours = missing
            .Where(m => m.Value.AvailableVersion.Length > 0)
            .ToDictionary(m => m.Key, m => RpmComparison.Edition(m.Value.AvailableVersion), StringComparer.Ordinal);
        foreach (var name in ours.Keys.ToList())
        {
            // What zypper keeps back is no update to it; a patch needs it or a lock refuses it.
            if (!theirs.ContainsKey(name) && (_universe.Locks.Contains(name) || missing[name].AdvisoryIds.Count > 0))
                ours.Remove(name);
        }

        RpmComparison.Differ("update", "zypper", Ruled(theirs, missing), Ruled(ours, missing), _lines);
    }

    /// <summary>What <c>zypper patch</c> would do about security, where it can do all of it.</summary>
    private void Security(Dictionary<string, PatchFinding> missing)
    {
        var run = _judge.Zypper("--no-refresh", "--xmlout", "patch", "--dry-run", "--category", "security");
        Assert.True(run.ExitCode is 0 or 4 or 102 or 103, run.Output + run.Error);
        if (run.ExitCode == 4)
            return;
        var ours = missing
            .Where(m => m.Value.AvailableVersion.Length > 0 && !_universe.Locks.Contains(m.Key))
            .ToDictionary(m => m.Key, m => RpmComparison.Edition(m.Value.AvailableVersion), StringComparer.Ordinal);
        RpmComparison.Differ("patch", "zypper", Ruled(Transaction(run.Output), missing), Ruled(ours, missing), _lines);
    }

    /// <summary>"Priorities do not hide" what a needed patch names, and the newest version of it speaks.</summary>
    private Dictionary<string, string> Ruled(
        Dictionary<string, string> answer,
        Dictionary<string, PatchFinding> missing
    ) =>
        Less(answer)
            .Where(a =>
                !missing.TryGetValue(a.Key, out var finding)
                || finding.AdvisoryIds.Count == 0
                || !IsOfLesserRepository(finding)
            )
            .ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    private bool IsOfLesserRepository(PatchFinding finding)
    {
        var offering = _seen
            .Repositories.Where(r => r.Packages.Any(p => p.Name == finding.Name))
            .ToLookup(r =>
                r.Packages.Any(p =>
                    p.Name == finding.Name
                    && p.Architecture == finding.Architecture
                    && p.Edition == finding.AvailableVersion
                )
            );
        return offering[true].Any() && offering[false].Any(r => r.Priority < offering[true].Min(o => o.Priority));
    }

    private void Plan(HostInventory inventory, Dictionary<string, PatchFinding> missing)
    {
        var targets = InstallSelection
            .Of(BaselineReports.Everything(inventory))
            .Targets.Where(t => missing.ContainsKey(t.Name) && !_obsoleted.Contains(t.Name))
            .ToList();
        if (targets.Count == 0)
            return;
        var plan = RpmComparison.Wait(
            _manager.PlanAsync(
                new InstallRequest
                {
                    Inventory = inventory,
                    Targets = targets,
                    Dependencies = new NothingRefused(),
                },
                SilentObserver.Instance,
                CancellationToken.None
            )
        );
        foreach (var setback in plan.Setbacks)
            _lines.Add($"leaves-out {setback.Target}: {setback.Kind} {setback.Reason}");
        if (plan.Accepted.Count == 0)
            return;
        var run = _host.Zypper([
            "--no-refresh",
            "--xmlout",
            "install",
            "--dry-run",
            "--name",
            "--no-recommends",
            .. plan.Accepted.Select(t => $"{t.Name}.{t.Architecture}={t.Edition}"),
        ]);
        var ours = plan
            .Changes.Where(c => c.Action != PlannedAction.Remove)
            .ToDictionary(c => c.Name, c => RpmComparison.Edition(c.ToVersion), StringComparer.Ordinal);
        RpmComparison.Differ("transaction", "zypper", Transaction(run.Output), ours, _lines);
        foreach (var target in plan.Accepted)
        {
            if (ours.GetValueOrDefault(target.Name) != RpmComparison.Edition(target.Edition))
                _lines.Add($"plan {target}: accepted, and not in the transaction");
        }
    }

    /// <summary>Packages that a dry run would put onto the host.</summary>
    private static Dictionary<string, string> Transaction(string output)
    {
        string[] kept = ["to-install", "to-upgrade", "to-downgrade", "to-change-arch", "to-upgrade-change-arch"];
        return XDocument
            .Parse(output)
            .Descendants("solvable")
            .Where(s => (string?)s.Attribute("type") == "package")
            .Where(s => kept.Contains(s.Parent!.Name.LocalName))
            .Select(s => (Name: (string)s.Attribute("name")!, Edition: (string)s.Attribute("edition")!))
            .Distinct()
            .GroupBy(s => s.Name, s => RpmComparison.Edition(s.Edition), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => string.Join(' ', g), StringComparer.Ordinal);
    }

    private Dictionary<string, string> Less(Dictionary<string, string> answer) =>
        answer.Where(a => !_obsoleted.Contains(a.Key)).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    private IEnumerable<XElement> Items(params string[] arguments) =>
        XDocument
            .Parse(_judge.Zypper(["--no-refresh", "--xmlout", .. arguments]).Expect().Output)
            .Descendants("update");
}
