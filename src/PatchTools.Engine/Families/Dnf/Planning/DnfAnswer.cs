using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Planning;

/// <summary>The resolver's answer to a request to install: what it would do, or why it cannot.</summary>
internal sealed partial record DnfAnswer
{
    /// <summary>Empty where there is nothing to do, or no solution.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; init; } = [];

    /// <summary>What the resolver could not reconcile, one text for each problem, its lines joined.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Arguments that no visible package fits.</summary>
    public IReadOnlyList<string> Unmatched { get; init; } = [];

    /// <summary>
    /// Arguments of <see cref="Unmatched"/> that are there and that the host's own configuration hides, with the tool's
    /// words.
    /// </summary>
    public IReadOnlyDictionary<string, string> Hidden { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Versions that are there already, <c>name-[epoch:]version-release.arch</c>; yum 3 does not name them.
    /// </summary>
    public IReadOnlyList<string> Present { get; init; } = [];

    /// <summary>
    /// What else went wrong: not one target's own, and no other set fares better. Null when nothing did.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>
    /// Packages must be signed and the host knows no key: nothing of any repository can be installed. Null when that is
    /// not so.
    /// </summary>
    public string? Distrust { get; init; }

    /// <summary>
    /// Another process holds yum 3's lock: it was asked to end and not to wait, and ends with the code of any other
    /// failure.
    /// </summary>
    public bool IsLocked { get; init; }

    /// <summary>Bytes to be downloaded where the tool says it in its answer (yum 3, rounded); else null.</summary>
    public long? DownloadBytes { get; init; }

    public bool HasSolution => Problems.Count == 0 && Unmatched.Count == 0 && Failure is null && Distrust is null;

    // dnf 4.14.0 --assumeno --setopt=debuglevel=6, standard output; then "Operation aborted." on standard error and
    // exit code 1:
    //   --> Starting dependency resolution
    //   ---> Package kernel.x86_64 5.2-1 will be installed
    //   ---> Package new.x86_64 2.0-1 will be installed
    //   ---> Package old.x86_64 1.0-1 will be obsoleted
    //   ---> Package b.x86_64 1.0-1 will be upgraded
    //   ---> Package b.x86_64 1:1.1-1 will be an upgrade
    //   --> Finished dependency resolution
    // Without a solution, standard error, exit code 1:
    //   Error:
    //    Problem 1: conflicting requests
    //     - nothing provides nowhere needed by unmet-1.1-1.x86_64
    //    Problem 2: package confl-1.1-1.x86_64 conflicts with c provided by c-1.1-1.x86_64
    //     - conflicting requests
    //   Error:
    //    Problem: The operation would result in removing the following protected packages: dnf
    // What nobody offers, or excludes hide: the first two on standard output, the last on standard error, exit code 1:
    //   No match for argument: gone-0:1.1-1.x86_64
    //   All matches were filtered out by exclude filtering for argument: a-0:1.1-1.x86_64
    //   Error: Unable to find a match: gone-0:1.1-1.x86_64
    // Where gpgcheck is on, rpm has no key, and a repository names none, standard error before anything else, exit code
    // 1:
    //   You have enabled checking of packages via GPG keys. This is a good thing.
    //   However, you do not have any GPG public keys installed. You need to download
    // yum 3.4.3 --assumeno, standard output; then "Exiting on user command" and exit code 1. Epochs always; what
    // replaces something else is "obsoleting":
    //   --> Running transaction check
    //   ---> Package kernel.x86_64 0:4.4.26-201.el7.centos will be installed
    //   ---> Package kernel-headers.x86_64 0:3.10.0-862.3.3.el7 will be obsoleted
    //   ---> Package kernel-headers.x86_64 0:3.10.0-862.3.3.el7 will be updated
    //   ---> Package kernel-headers.x86_64 0:4.4.26-201.el7.centos will be obsoleting
    //   --> Finished Dependency Resolution
    //   Total download size: 40 M
    // Without a solution, standard error, exit code 1; packages with the epoch before the name:
    //   Error: Package: pcp-pmda-systemd-3.11.3-1.x86_64 (@bintray-pcp-el7)
    //              Requires: pcp-libs = 3.11.3
    //              Removing: pcp-libs-3.11.3-1.x86_64 (@bintray-pcp-el7)
    //                  pcp-libs = 3.11.3-1
    //              Updated By: pcp-libs-3.11.4-1.x86_64 (bintray-pcp-el7)
    //   Error: Protected multilib versions: 2:p11-kit-0.18.7-1.fc19.i686 != p11-kit-0.18.3-1.fc19.x86_64
    //   Error: Trying to remove "systemd", which is protected
    // What nobody offers, standard error and output; it goes on with the rest, and ends with 0 where nothing is left
    // ("No packages marked for update"):
    //   No Match for argument: gone-0:1.1-1.x86_64
    //   No package gone-0:1.1-1.x86_64 available.
    // Where somebody holds its lock, standard error, exit code 1:
    //   Existing lock /var/run/yum.pid: another copy is running as pid 3523.
    //   Another app is currently holding the yum lock; exiting as configured by exit_on_lock
    // dnf5 5.2 --assumeno, standard output no terminal; then "Operation aborted by the user." on standard error and
    // exit code 1 (5.4 writes epochs of 0, too):
    //   Package            Arch   Version           Repository         Size
    //   Installing:
    //    akmod-nvidia       x86_64 3:590.48.01-1.fc43 fedora-nvidia  22.4 MiB
    //   Upgrading:
    //    expat              x86_64 2.6.2-1.fc39    updates          288.6 KiB
    //      replacing expat  x86_64 2.6.0-1.fc39    <unknown>        284.7 KiB
    //
    //   Transaction Summary:
    //    Installing:         1 package
    //    Upgrading:          1 package
    //    Replacing:          1 package
    // Without a solution, standard error, exit code 1:
    //   Failed to resolve the transaction:
    //   No match for argument: gone-0:1.1-1.x86_64
    //   Problem 1: conflicting requests
    //     - nothing provides nowhere needed by unmet-1.1-1.x86_64 from base
    //    Problem 2: …
    //   You can try to add to command line:
    //     --skip-unavailable to skip unavailable packages
    // What the host's configuration hides, in the same place (dnf5 5.4):
    //   Argument 's-bad-0:1.1-1.x86_64' matches only excluded packages.
    //   Argument 's-bad-0:1.1-1.x86_64' matches only packages excluded by versionlock.
    /// <param name="tool">Whose words these are.</param>
    /// <param name="exitCode">The tool's.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    public static DnfAnswer Parse(DnfTool tool, int exitCode, string output, string error)
    {
        var reader = new Reader();
        foreach (var line in output.Split('\n').Concat(error.Split('\n')))
            reader.Take(line.TrimEnd());
        return reader.Whole(tool, exitCode, output, error);
    }

    /// <summary>The problems that name the version, else all of them, in one sentence.</summary>
    public string Reason(PatchTarget target)
    {
        if (Unmatched.FirstOrDefault(u => IsOf(u, target)) is { } spec && Hidden.TryGetValue(spec, out var why))
            return $"{target.Name} {target.Edition} {why}";
        if (Unmatched.Any(u => IsOf(u, target)))
            return $"no visible repository offers {target.Name} {target.Edition}";
        var own = Problems.Where(p => Names(p, target)).ToList();
        var texts = own.Count > 0 ? own : Problems;
        return texts.Count > 0 ? string.Join("; ", texts) : Distrust ?? Failure ?? "it gave no reason";
    }

    /// <summary>Whether the target's version is there afterwards.</summary>
    public bool Brings(PatchTarget target) =>
        Changes.Any(c =>
            c.Name == target.Name && c.Architecture == target.Architecture && c.ToVersion == target.Edition
        ) || Present.Any(p => Names(p, target));

    public bool Blames(PatchTarget target) =>
        Unmatched.Any(u => IsOf(u, target)) || Problems.Any(p => Names(p, target));

    /// <summary>Whether a problem names any version of the package.</summary>
    public bool Mentions(string name) =>
        Problems.Any(p =>
            Words(p)
                .Select(Nevra.WithoutLeadingEpoch)
                .Any(word => word == name || word.StartsWith(name + "-", StringComparison.Ordinal))
        );

    private static bool Names(string problem, PatchTarget target)
    {
        // dnf says a-1:1.1-1.x86_64 and yum 1:a-1.1-1.x86_64; both leave an epoch of 0 out.
        var nevra = $"{target.Name}-{target.Edition}.{target.Architecture}";
        var zero = $"{target.Name}-0:{target.Edition}.{target.Architecture}";
        var withoutEpoch = $"{target.Name}-{RpmVersion.WithoutEpoch(target.Edition)}.{target.Architecture}";
        return Words(problem)
            .Select(Nevra.WithoutLeadingEpoch)
            .Any(word => word == nevra || word == zero || word == withoutEpoch);
    }

    private static bool IsOf(string spec, PatchTarget target) =>
        spec == DnfCommands.Spec(target.Name, target.Architecture, target.Edition);

    private static string[] Words(string text) =>
        text.Split([' ', ';', ',', '(', ')', '\'', '"'], StringSplitOptions.RemoveEmptyEntries);
}
