using System.Text.RegularExpressions;
using PatchTools.Adapters.Compression;
using PatchTools.Adapters.Toml;
using PatchTools.Evaluation;
using PatchTools.Families.Dnf;
using PatchTools.Families.Shared;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// Asks the real dnf and PatchTools about one universe. Rulings by which PatchTools differs on purpose: obsoleting
/// packages are explained and not installed in the place of the old one; "noarch ↔ native is the same package, as the
/// solvers have it", for advisories too; what <c>dnf upgrade</c> takes is seen, also where dnf's lists leave it out,
/// and what it keeps back is not, also where <c>dnf upgrade --security</c> takes it; an exclude that names the
/// installed version alone hides no update; an update counts for every security advisory that it meets, also where
/// dnf 5 asks only for one that nobody offers.
/// </summary>
internal static partial class DnfComparison
{
    public static Comparison Compare(RpmUniverse universe)
    {
        using var host = new Dnf4Host(universe);
        return Compare(universe, host, isDnf5: false);
    }

    /// <summary>
    /// The same beside dnf 5, but for the plan: what plans would start the tool, which is in another root.
    /// </summary>
    public static Comparison CompareDnf5(RpmUniverse universe)
    {
        using var host = new Dnf5Host(universe);
        return Compare(universe, host, isDnf5: true);
    }

    private static Comparison Compare(RpmUniverse universe, DnfHost host, bool isDnf5)
    {
        List<string> lines = [];
        var manager = new DnfPackageManager(
            new HostSession(
                host.Context,
                new ProcessRunner(host.Context, SilentObserver.Instance),
                new Decompressor(),
                new TomlReader()
            )
        );
        if (RpmComparison.Inventory(manager, universe, lines) is not { } inventory)
            return new Comparison(lines, HasUpdate: false);
        if (universe.Repositories.All(r => r.Condition is not null))
            return new Comparison(lines, HasUpdate: false);
        if (universe.Repositories.Any(r => r.Condition is not null && !r.SkipIfUnavailable))
            return new Comparison(lines, HasUpdate: false);

        var answers = host.Ask(
            ["-C", "check-update"],
            ["-C", "updateinfo", "list", "--security"],
            ["-C", "--assumeno", "upgrade", "--security"],
            ["-C", "--assumeno", "upgrade"]
        );
        Assert.True(answers[0].ExitCode is 0 or 100, answers[0].Output);
        Assert.True(answers[1].ExitCode == 0, answers[1].Output);
        Assert.True(answers[2].ExitCode is 0 or 1, answers[2].Output);
        var missing = RpmComparison.Missing(inventory, "ROCKY_LINUX", "RockyLinux9.4", securityOnly: false);
        Updates(universe, answers[0].Output, answers[3].Output, Editions(missing), lines);
        var security = RpmComparison.Missing(inventory, "ROCKY_LINUX", "RockyLinux9.4", securityOnly: true);
        Security(
            universe,
            Transaction(answers[3].Output),
            IsSolved(answers[2].Output) ? Transaction(answers[2].Output) : null,
            Editions(security),
            isDnf5,
            lines
        );
        Advisories(
            answers[1].Output,
            security,
            [.. Obsoleted(universe), .. ArchitectureChanges(universe), .. Unseen(universe)],
            lines
        );
        if (!isDnf5)
            Plan(host, manager, inventory, Without(Editions(missing), Obsoleted(universe).Contains), lines);
        return new Comparison(lines, missing.Count > 0);
    }

    private static void Updates(
        RpmUniverse universe,
        string listed,
        string upgraded,
        Dictionary<string, string> missing,
        List<string> lines
    )
    {
        var obsoleted = Obsoleted(universe);
        HashSet<string> passedBy = [.. obsoleted, .. Unseen(universe)];
        RpmComparison.Differ("update", "dnf", Judged(Updates(universe, listed, missing)), Judged(missing), lines);
        if (IsSolved(upgraded))
            RpmComparison.Differ(
                "upgrade",
                "dnf",
                Without(Transaction(upgraded), passedBy.Contains),
                Without(missing, passedBy.Contains),
                lines
            );

        Dictionary<string, string> Judged(Dictionary<string, string> answer) =>
            Without(answer, name => obsoleted.Contains(name) || HasPriorities(universe, name));
    }

    /// <param name="plain">Transaction of <c>dnf upgrade</c>.</param>
    /// <param name="upgraded">Transaction of <c>dnf upgrade --security</c>; null where it found no solution.</param>
    private static void Security(
        RpmUniverse universe,
        Dictionary<string, string> plain,
        Dictionary<string, string>? upgraded,
        Dictionary<string, string> missing,
        bool isDnf5,
        List<string> lines
    )
    {
        if (upgraded is null)
            return;
        HashSet<string> passedBy = [.. Obsoleted(universe), .. Unseen(universe)];
        var changing = ArchitectureChanges(universe);
        var theirs = Judged(upgraded);

        // Narrowed to advisories, the solver no longer sees the better repository that keeps this back otherwise: for
        // dnf 4 where the architecture changes, for dnf 5 wherever that repository has older versions.
        foreach (var name in theirs.Keys.Where(n => HasPriorities(universe, n)).ToList())
        {
            if (
                (isDnf5 || changing.Contains(name))
                && !missing.ContainsKey(name)
                && plain.GetValueOrDefault(name) != theirs[name]
            )
                theirs.Remove(name);
        }

        foreach (var name in isDnf5 ? MetByTheOther(universe) : [])
        {
            if (!missing.ContainsKey(name) && plain.GetValueOrDefault(name) == theirs.GetValueOrDefault(name))
                theirs.Remove(name);
        }

        // With --security dnf looks at the best repository of a name alone, as check-update does.
        HashSet<string> outOfReach = isDnf5 ? OutOfReach(universe) : [];
        var ours = Without(
            Judged(missing),
            name => !theirs.ContainsKey(name) && (HasPriorities(universe, name) || outOfReach.Contains(name))
        );
        RpmComparison.Differ("security", "dnf", theirs, ours, lines);

        Dictionary<string, string> Judged(Dictionary<string, string> answer) =>
            Without(answer, n => passedBy.Contains(n) || (changing.Contains(n) && missing.ContainsKey(n)));
    }

    /// <summary>
    /// Packages of which a security advisory names a version that is newer than all that is offered: of several
    /// advisories <c>dnf5 upgrade --security</c> asks the newest alone, and so takes nothing for the others.
    /// </summary>
    private static HashSet<string> OutOfReach(RpmUniverse universe)
    {
        var offers = universe.Repositories.SelectMany(r => r.Packages).ToLookup(p => p.Name, StringComparer.Ordinal);
        return universe
            .Repositories.SelectMany(r => r.Advisories)
            .Where(a => a.Type == "security")
            .SelectMany(a => a.Packages)
            .Where(p => offers[p.Name].All(o => RpmVersion.Order.Compare(o.Edition, p.Edition) < 0))
            .Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// Packages of which a security advisory names a version for another architecture, no newer than what is installed:
    /// to dnf 5 the advisory stays open, to the ruling it is the same package and has what the advisory asks for.
    /// </summary>
    private static HashSet<string> MetByTheOther(RpmUniverse universe) =>
        universe
            .Repositories.SelectMany(r => r.Advisories)
            .Where(a => a.Type == "security")
            .SelectMany(a => a.Packages)
            .Where(p =>
                universe.Installed.Any(i =>
                    i.Name == p.Name
                    && Changes(i.Architecture, p.Architecture)
                    && RpmVersion.Order.Compare(p.Edition, i.Edition) <= 0
                )
            )
            .Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);

    private static Dictionary<string, string> Without(Dictionary<string, string> answer, Predicate<string> leavesOut) =>
        answer.Where(a => !leavesOut(a.Key)).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    private static HashSet<string> Obsoleted(RpmUniverse universe) =>
        universe
            .Repositories.SelectMany(r => r.Packages)
            .Where(p => p.Obsoletes is not null)
            .SelectMany(p => new[] { p.Obsoletes!, p.Name })
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Packages whose installed version an exclude names: <c>dnf check-update</c> lists the update and
    /// <c>dnf install</c> takes it, but <c>dnf upgrade</c> and <c>dnf updateinfo</c> no longer see that they are there.
    /// </summary>
    private static HashSet<string> Unseen(RpmUniverse universe) =>
        universe
            .Installed.Where(i => universe.Excludes.Contains($"{i.Name}-{i.Edition}"))
            .Select(i => i.Name)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Where packages replace each other in a circle dnf finds no solution, and its transaction tells nothing.
    /// </summary>
    private static bool IsSolved(string output) => !NoSolution().IsMatch(output);

    /// <summary>
    /// <c>dnf check-update</c> looks at the best repository of a name alone, and so leaves out what <c>dnf upgrade</c>
    /// installs where that repository has older versions only: the transaction judges these.
    /// </summary>
    private static bool HasPriorities(RpmUniverse universe, string name) =>
        universe.Repositories.Where(r => r.Packages.Any(p => p.Name == name)).Select(r => r.Priority).Distinct().Count()
        > 1;

    /// <summary>
    /// Packages that change between noarch and another architecture, by an offer or in the words of an advisory. To
    /// dnf's advisories these are two packages, to its solver one: the ruling takes the solver's word, so PatchTools
    /// shows more of them as security updates, and never fewer.
    /// </summary>
    private static HashSet<string> ArchitectureChanges(RpmUniverse universe) =>
        universe
            .Repositories.SelectMany(r => r.Packages.Concat(r.Advisories.SelectMany(a => a.Packages)))
            .Where(p => universe.Installed.Any(i => i.Name == p.Name && Changes(i.Architecture, p.Architecture)))
            .Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);

    private static bool Changes(string from, string to) => from != to && (from == "noarch" || to == "noarch");

    private static Dictionary<string, string> Editions(Dictionary<string, PatchFinding> missing) =>
        missing.ToDictionary(m => m.Key, m => RpmComparison.Edition(m.Value.AvailableVersion), StringComparer.Ordinal);

    // pa.x86_64    1:1.0-1    base
    /// <summary>
    /// Where several architectures could follow noarch there may be a line for each: any of them will do, as the
    /// transaction says which it is, but for a lesser one, which never follows while the host's own is offered.
    /// </summary>
    /// <param name="universe">The host.</param>
    /// <param name="output">Of <c>dnf check-update</c>.</param>
    /// <param name="ours">What PatchTools says, by name.</param>
    private static Dictionary<string, string> Updates(
        RpmUniverse universe,
        string output,
        Dictionary<string, string> ours
    )
    {
        Dictionary<string, string> updates = new(StringComparer.Ordinal);
        foreach (var line in ObsoletingHeading().Split(output)[0].Split('\n'))
        {
            if (UpdateLine().Match(line) is not { Success: true } match)
                continue;
            var (name, edition) = (match.Groups[1].Value, RpmComparison.Edition(match.Groups[3].Value));
            if (match.Groups[2].Value == "i686" && IsBehindNative(universe, name))
                continue;
            if (!updates.TryGetValue(name, out var known) || ours.GetValueOrDefault(name) != known)
                updates[name] = edition;
        }

        return updates;
    }

    private static bool IsBehindNative(RpmUniverse universe, string name) =>
        universe.Installed.Any(i => i.Name == name && i.Architecture == "noarch")
        && universe.Repositories.SelectMany(r => r.Packages).Any(p => p.Name == name && p.Architecture == "x86_64");

    //  pa    x86_64    1:1.0-1    base    1.0 k
    private static Dictionary<string, string> Transaction(string output)
    {
        Dictionary<string, string> changes = new(StringComparer.Ordinal);
        var isInstalled = false;
        foreach (var line in output.Split('\n'))
        {
            if (Heading().IsMatch(line))
                isInstalled =
                    line.StartsWith("Install", StringComparison.Ordinal)
                    || line.StartsWith("Upgrading", StringComparison.Ordinal)
                    || line.StartsWith("Downgrading", StringComparison.Ordinal);
            else if (isInstalled && TransactionLine().Match(line) is { Success: true } match)
                changes[match.Groups[1].Value] = RpmComparison.Edition(match.Groups[2].Value);
        }

        return changes;
    }

    /// <summary>
    /// Every id that dnf lists for a package and a version that the missing one covers stands on the finding, and no
    /// other.
    /// </summary>
    private static void Advisories(
        string output,
        Dictionary<string, PatchFinding> security,
        HashSet<string> obsoleted,
        List<string> lines
    )
    {
        var listed = output
            .Split('\n')
            .Select(l => AdvisoryLine().Match(l))
            .Where(m => m.Success)
            .Select(m => (Id: m.Groups[1].Value, Name: m.Groups[2].Value, Edition: m.Groups[3].Value))
            .ToLookup(l => l.Name, StringComparer.Ordinal);
        foreach (var (name, finding) in security)
        {
            if (obsoleted.Contains(name) || name == RpmGenerator.Kernel)
                continue;
            var theirs = string.Join(
                ' ',
                listed[name]
                    .Where(l => RpmVersion.Order.Compare(l.Edition, finding.AvailableVersion) <= 0)
                    .Select(l => l.Id)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
            );
            var ours = string.Join(' ', finding.AdvisoryIds);
            if (theirs != ours)
                lines.Add($"advisories {name} {finding.AvailableVersion}: dnf {theirs}, PatchTools {ours}");
        }
    }

    private static void Plan(
        DnfHost host,
        DnfPackageManager manager,
        HostInventory inventory,
        Dictionary<string, string> wanted,
        List<string> lines
    )
    {
        if (wanted.Count == 0)
            return;
        var report = BaselineReports.Everything(inventory);
        var targets = InstallSelection.Of(report).Targets.Where(t => wanted.ContainsKey(t.Name)).ToList();
        if (targets.Count == 0)
            return;
        var plan = RpmComparison.Wait(
            manager.PlanAsync(
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
        var ours = plan
            .Changes.Where(c => c.Action != PlannedAction.Remove)
            .ToDictionary(c => c.Name, c => RpmComparison.Edition(c.ToVersion), StringComparer.Ordinal);
        var asked = host.Ask([
            "-C",
            "--assumeno",
            "install",
            .. plan.Accepted.Select(t => $"{t.Name}-{RpmComparison.Edition(t.Edition)}"),
        ]);
        RpmComparison.Differ("transaction", "dnf", Transaction(asked[0].Output), ours, lines);
        foreach (var setback in plan.Setbacks)
            lines.Add($"leaves-out {setback.Target}: {setback.Kind} {setback.Reason}");
    }

    // Error:
    //  Problem: cannot install both tool-1.1-1.el9.x86_64 from base and tool-1:0.9-1.x86_64 from @System
    [GeneratedRegex("^Error:|^Failed to resolve the transaction", RegexOptions.Multiline)]
    private static partial Regex NoSolution();

    // dnf 4 writes the second word large, dnf 5 small.
    [GeneratedRegex("Obsoleting [Pp]ackages")]
    private static partial Regex ObsoletingHeading();

    // Upgrading:
    [GeneratedRegex(@"^[A-Z][a-z].*:$|^Transaction Summary|^Skipping packages")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(\S+)\.(x86_64|noarch|i686) +(\S+) +\S+ *$")]
    private static partial Regex UpdateLine();

    [GeneratedRegex(@"^ (\S+) +(?:x86_64|noarch|i686) +(\S+) +\S+ +\d\S* +[kKMG]?i?B? *$")]
    private static partial Regex TransactionLine();

    // RIG-01-123 Important/Sec. pa-1:1.0-1.x86_64
    // RIG-01-123 security Important pa-1:1.0-1.x86_64 2026-11-28 10:00:00
    [GeneratedRegex(@"^(RIG-\S+) +(?:\S+ +){1,2}([^\s]+?)-((?:\d+:)?[^-\s]+-[^-\s]+)\.(?:x86_64|noarch|i686)(?: |$)")]
    private static partial Regex AdvisoryLine();
}
