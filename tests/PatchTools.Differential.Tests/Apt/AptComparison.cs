using PatchTools.Adapters.Compression;
using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Ports;
using PatchTools.Testing.Recordings;
using PatchTools.Versions;

namespace PatchTools.Differential.Tests.Apt;

/// <summary>
/// Asks the real apt and PatchTools about one universe. Rulings by which PatchTools differs on purpose: an approval
/// ignores pins and phasing; holds and negative pins refuse an install; lists that are damaged or out of date prove
/// nothing.
/// </summary>
internal static class AptComparison
{
    public static Comparison Compare(AptUniverse universe)
    {
        using var host = new AptHost(universe);
        var manager = new AptPackageManager(new HostSession(host.Context, host.Runner, new Decompressor()));
        List<string> lines = [];
        HostInventory inventory;
        try
        {
            inventory = Wait(
                manager.GetInventoryAsync(new InventoryRequest(), SilentObserver.Instance, CancellationToken.None)
            );
        }
        catch (PatchToolsException e) when (universe.Archives.Any(a => a.Damage is not null))
        {
            // A typed error is as good an answer as "not proven".
            _ = e;
            return new Comparison([], HasUpdate: false);
        }

        if (universe.Archives.Any(a => a.Damage is not null || a.IsStale))
        {
            if (inventory.IsProven)
                lines.Add("proof: proven, although a list is damaged or out of date");
            if (universe.Archives.Any(a => a.Damage is not null))
                return new Comparison(lines, HasUpdate: false);
        }

        var judge = new AptJudge(host);
        var policies = judge.Policies(inventory.Installed.Select(Spelled));
        Candidates(inventory, policies, lines);
        Upgradable(inventory, judge.Upgradable(), lines);
        Missing(universe, inventory, policies, securityOnly: true, lines);
        var report = Missing(universe, inventory, policies, securityOnly: false, lines);
        Plan(universe, inventory, report, manager, judge, lines);
        return new Comparison(lines, report.Counts.Missing > 0);
    }

    private static void Candidates(
        HostInventory inventory,
        Dictionary<string, PackagePolicy> policies,
        List<string> lines
    )
    {
        foreach (var package in inventory.Installed)
        {
            var name = Spelled(package);
            if (!policies.TryGetValue(name, out var policy) && !policies.TryGetValue(package.Name, out policy))
                lines.Add($"package {name}: apt does not know it");
            else if (!PackagePolicy.IsSame(policy.Candidate, package.CandidateEdition))
                lines.Add($"candidate {name}: apt {policy.Candidate}, PatchTools {package.CandidateEdition}");
        }
    }

    private static void Upgradable(HostInventory inventory, Dictionary<string, string> theirs, List<string> lines)
    {
        Dictionary<string, string> ours = new(StringComparer.Ordinal);
        foreach (var package in inventory.Installed)
        {
            if (
                package.CandidateEdition is { } candidate
                && DebianVersion.Order.Compare(candidate, package.Edition) > 0
            )
                ours[Spelled(package)] = candidate;
        }

        // apt prints the architecture "all", which PatchTools counts as the native one.
        var native = inventory.Packages.NativeArchitecture;
        var judged = theirs.ToDictionary(
            t => t.Key.EndsWith(":all", StringComparison.Ordinal) ? $"{t.Key[..^4]}:{native}" : t.Key,
            t => t.Value,
            StringComparer.Ordinal
        );
        foreach (var name in ours.Keys.Union(judged.Keys))
        {
            if (ours.GetValueOrDefault(name) != judged.GetValueOrDefault(name))
                lines.Add(
                    $"upgradable {name}: apt {judged.GetValueOrDefault(name)}, PatchTools "
                        + $"{ours.GetValueOrDefault(name)}"
                );
        }
    }

    /// <summary>
    /// What a baseline of one rule misses, against the newest version that apt's table shows above the installed one.
    /// </summary>
    private static ComplianceReport Missing(
        AptUniverse universe,
        HostInventory inventory,
        Dictionary<string, PackagePolicy> policies,
        bool securityOnly,
        List<string> lines
    )
    {
        var report = BaselineEvaluator.Evaluate(
            new EvaluationRequest
            {
                Snapshot = OneRuleSnapshots.Of("DEBIAN", "Debian12", securityOnly),
                Inventory = inventory,
                Now = TimeProvider.System.GetUtcNow(),
                ExecutionId = "00000000-0000-0000-0000-000000000000",
            }
        );
        var missing = report
            .Findings.Where(f => f.State == PatchState.Missing)
            .ToDictionary(f => $"{f.PackageName}:{f.Architecture}", f => f.AvailableVersion, StringComparer.Ordinal);
        foreach (var package in inventory.Installed)
        {
            var name = Spelled(package);
            if (!policies.TryGetValue(name, out var policy) && !policies.TryGetValue(package.Name, out policy))
                continue;
            var expected = policy.Newer.FirstOrDefault(v =>
                !securityOnly || v.Archives.Any(a => IsSecurity(universe.Archives[a]))
            );
            if (!PackagePolicy.IsSame(missing.GetValueOrDefault(name), expected?.Edition))
                lines.Add(
                    $"{(securityOnly ? "security" : "missing")} {name}: apt offers {expected?.Edition}, "
                        + $"PatchTools misses {missing.GetValueOrDefault(name)}"
                );
        }

        return report;
    }

    private static void Plan(
        AptUniverse universe,
        HostInventory inventory,
        ComplianceReport report,
        AptPackageManager manager,
        AptJudge judge,
        List<string> lines
    )
    {
        var selection = InstallSelection.Of(report);
        foreach (var held in selection.Held)
        {
            if (
                universe.Installed.Any(p => p.Name == held.Target.Name && p.IsHeld)
                || universe.Pins.Any(p => p.Priority < 0)
            )
                continue;
            lines.Add($"held {held.Target}: nobody holds it");
        }

        if (selection.IsEmpty)
            return;
        var plan = Wait(
            manager.PlanAsync(
                new InstallRequest
                {
                    Inventory = inventory,
                    Targets = selection.Targets,
                    Dependencies = new NothingRefused(),
                },
                SilentObserver.Instance,
                CancellationToken.None
            )
        );
        var native = inventory.Packages.NativeArchitecture;
        var accepted = plan.Accepted.Select(t => $"{t.Name}:{t.Architecture}={t.Edition}").ToList();
        if (accepted.Count == 0 && plan.Changes.Count > 0)
            lines.Add("plan changes packages although nothing is accepted");
        if (accepted.Count > 0)
        {
            var simulation = judge.Simulate([.. accepted, .. plan.LeftAlone]);
            if (!simulation.Succeeded)
                lines.Add($"plan {string.Join(' ', accepted)}: apt refuses it: {simulation.Text}");
            var ours = plan.Changes.ToDictionary(
                c => c.Architecture == native || c.Architecture == "all" ? c.Name : $"{c.Name}:{c.Architecture}",
                c => c.ToVersion,
                StringComparer.Ordinal
            );
            foreach (var name in ours.Keys.Union(simulation.Changes.Keys))
            {
                if (ours.GetValueOrDefault(name) != simulation.Changes.GetValueOrDefault(name))
                    lines.Add(
                        $"transaction {name}: apt {simulation.Changes.GetValueOrDefault(name)}, PatchTools "
                            + $"{ours.GetValueOrDefault(name)}"
                    );
            }
        }

        foreach (var setback in plan.Setbacks.Where(s => s.Kind == SetbackKind.Dependency))
        {
            var target = setback.Target;
            var simulation = judge.Simulate([.. accepted, $"{target.Name}:{target.Architecture}={target.Edition}"]);
            if (simulation.Succeeded && !simulation.Changes.Values.Contains(""))
                lines.Add($"leaves-out {target}: apt takes it with the others. PatchTools: {setback.Reason}");
        }
    }

    /// <summary>
    /// The ruling: a signed archive with "security" in its suite, the label Debian-Security, or a codename that ends in
    /// -security.
    /// </summary>
    private static bool IsSecurity(AptArchive archive) =>
        archive.IsTrusted
        && (
            archive.Suite.Contains("security", StringComparison.Ordinal)
            || archive.Label == "Debian-Security"
            || archive.Codename.EndsWith("-security", StringComparison.Ordinal)
        );

    private static string Spelled(InstalledPackage package) => $"{package.Name}:{package.Architecture}";

    private static T Wait<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromMinutes(2)).GetAwaiter().GetResult();
}
