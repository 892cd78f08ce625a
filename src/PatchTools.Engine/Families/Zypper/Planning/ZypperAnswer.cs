using PatchTools.Families.Zypper.Commands;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>The resolver's answer to a request to install: what it would do, or why it cannot.</summary>
internal sealed partial record ZypperAnswer
{
    /// <summary>Empty where there is nothing to do, or no solution.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; init; } = [];

    /// <summary>Changes that take a package to another vendor; among <see cref="Changes"/> too.</summary>
    public IReadOnlyList<PlannedChange> VendorChanges { get; init; } = [];

    /// <summary>What the resolver could not reconcile, one text for each problem, without its solutions.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Solutions that the resolver offers for the problems; they name what is in the way.</summary>
    public IReadOnlyList<string> Solutions { get; init; } = [];

    /// <summary>Arguments that no visible package fits.</summary>
    public IReadOnlyList<string> Unmatched { get; init; } = [];

    /// <summary>
    /// What else went wrong: not one target's own, and no other set fares better. Null when nothing did.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>Bytes to be downloaded; null when it does not say.</summary>
    public long? DownloadBytes { get; init; }

    /// <summary>Change of the disk space used by packages, bytes; null when it does not say.</summary>
    public long? InstalledSizeChange { get; init; }

    public bool HasSolution => Problems.Count == 0 && Unmatched.Count == 0 && Failure is null;

    // zypper 1.14.42 --xmlout install --dry-run:
    // <stream>
    // <message type="info">Resolving package dependencies...</message>
    // <install-summary download-size="21992" space-usage-diff="0" packages-to-change="4">
    // <to-upgrade>
    // <solvable type="package" name="d" edition="2.0-1" arch="noarch" edition-old="1.0-1" arch-old="noarch"
    //           summary="x">
    // <description>x</description></solvable>
    // </to-upgrade>
    // <to-install>
    // <solvable type="package" name="newdep" edition="1.0-1" arch="noarch" summary="x">
    // <description>x</description></solvable>
    // </to-install>
    // </install-summary>
    // … to-downgrade, to-remove, to-reinstall, to-change-arch, and to-change-vendor, whose packages stand among the
    // others too Without a solution, exit code 4:
    // <prompt id="1">
    // <description>Problem: nothing provides nothere needed by c-2.0-1.noarch
    //  Solution 1: do not install c-2.0-1.noarch
    //  Solution 2: break c-2.0-1.noarch by ignoring some of its dependencies
    // </description>
    // What nobody offers, exit code 104:
    // <message type="error">Package &apos;nope.noarch=2.0-1&apos; not found.</message>
    /// <param name="exitCode">zypper's.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    public static ZypperAnswer Parse(int exitCode, string output, string error) =>
        new Reader().Read(exitCode, output, error);

    /// <summary>The problems that name the version, else all of them, in one sentence.</summary>
    public string Reason(PatchTarget target)
    {
        if (Unmatched.Any(u => u == ZypperCommands.Spec(target.Name, target.Architecture, target.Edition)))
            return $"no enabled repository offers {target.Name} {target.Edition}";
        var own = Problems.Where(p => Names(p, target)).ToList();
        var texts = own.Count > 0 ? own : Problems;
        var locks = Solutions.Any(s => s.StartsWith("remove lock", StringComparison.Ordinal))
            ? [Solutions.First(s => s.StartsWith("remove lock", StringComparison.Ordinal))]
            : (string[])[];
        return texts.Count > 0 ? string.Join("; ", texts.Concat(locks)) : Failure ?? "it gave no reason";
    }

    /// <summary>The target is what a problem is about, or what the resolver proposes to leave out.</summary>
    public bool Blames(PatchTarget target) =>
        Unmatched.Contains(ZypperCommands.Spec(target.Name, target.Architecture, target.Edition))
        || Problems.Any(p => Names(p, target))
        || Solutions.Any(s =>
            s.StartsWith("do not ", StringComparison.Ordinal)
            && (
                Names(s, target)
                || s.EndsWith($" {target.Name}.{target.Architecture} = {target.Edition}", StringComparison.Ordinal)
            )
        );

    /// <summary>Whether a problem names any version of the package.</summary>
    public bool Mentions(string name) =>
        Problems.Any(p =>
            p.Split([' ', ',', '[', '\''], StringSplitOptions.RemoveEmptyEntries)
                .Any(word => word == name || word.StartsWith(name + "-", StringComparison.Ordinal))
        );

    private static bool Names(string text, PatchTarget target)
    {
        var nevra = $"{target.Name}-{target.Edition}.{target.Architecture}";
        return text.Split([' ', ',', '[', '\'', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Contains(nevra, StringComparer.Ordinal);
    }
}
