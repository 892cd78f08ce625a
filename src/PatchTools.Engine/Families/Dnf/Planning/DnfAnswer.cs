using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
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
        List<string> problems = [];
        List<string> unmatched = [];
        List<string> present = [];
        Dictionary<string, string> hidden = new(StringComparer.Ordinal);
        List<(string Name, string Architecture, string Edition, string What)> said = [];
        long? download = null;
        var inProblem = false;
        foreach (var raw in output.Split('\n').Concat(error.Split('\n')))
        {
            var line = raw.TrimEnd();
            if (PackageLine().Match(line) is { Success: true } package)
            {
                said.Add(
                    (
                        package.Groups["name"].Value,
                        package.Groups["arch"].Value,
                        Plain(package.Groups["evr"].Value),
                        package.Groups["what"].Value
                    )
                );
            }
            else if (ProblemLine().Match(line) is { Success: true } problem)
            {
                problems.Add(problem.Groups["text"].Value);
                inProblem = true;
                continue;
            }
            else if (UnmatchedLine().Match(line) is { Success: true } missing)
            {
                unmatched.Add(
                    missing.Groups["spec"].Success ? missing.Groups["spec"].Value : missing.Groups["yum"].Value
                );
            }
            else if (HiddenLine().Match(line) is { Success: true } excluded)
            {
                unmatched.Add(excluded.Groups["spec"].Value);
                hidden[excluded.Groups["spec"].Value] = excluded.Groups["why"].Value;
            }
            else if (PresentLine().Match(line) is { Success: true } installed)
            {
                present.Add(installed.Groups["nevra"].Value);
            }
            else if (DownloadLine().Match(line) is { Success: true } size)
            {
                download = Bytes(size.Groups["number"].Value, size.Groups["unit"].Value);
            }
            else if (
                inProblem
                && line.StartsWith("  ", StringComparison.Ordinal)
                && line.Trim().TrimStart('-', ' ') is { Length: > 0 } more
            )
            {
                // yum lists every version of the package that is missing, and what each provides: none of them is to
                // blame.
                if (!AsideLine().IsMatch(line))
                    problems[^1] += $"; {more}";
                continue;
            }

            inProblem = false;
        }

        var both = error + "\n" + output;

        // yum 3 goes on without what it does not find.
        var answered = (exitCode == 0 || DeclinedLine().IsMatch(both)) && unmatched.Count == 0;
        var isLocked = !answered && both.Contains(DnfExitCode.LockWords, StringComparison.Ordinal);
        var distrust =
            !answered && both.Contains("you do not have any GPG public keys installed", StringComparison.Ordinal)
                ? "packages must be signed (gpgcheck), rpm has no public key, and a repository names none (gpgkey)"
                : null;
        List<PlannedChange>? changes = [];
        if (answered)
            changes = tool.ReadTable is { } read ? read(output) : Changed(said);
        string? failure = null;
        if (changes is null)
            failure = "its table of packages is not the one of its summary";
        else if (tool.MustNamePackages && answered && said.Count == 0 && DeclinedLine().IsMatch(both))
            failure = "it does not say what it would do";
        else if (!answered && problems.Count == 0 && unmatched.Count == 0 && distrust is null)
            failure = DnfTranscript.WithoutAddress(LastWords(error) ?? LastWords(output) ?? "it gave no reason");
        return new DnfAnswer
        {
            Changes = changes ?? [],
            Problems = answered ? [] : [.. problems.Select(Shorter).Distinct(StringComparer.Ordinal)],
            Unmatched = [.. unmatched.Distinct(StringComparer.Ordinal)],
            Hidden = hidden,
            Present = present,
            IsLocked = isLocked,
            Distrust = distrust,
            Failure = failure,
            DownloadBytes = download,
        };
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

    /// <summary>An edition as PatchTools writes it, without an epoch of 0.</summary>
    private static string Plain(string evr) => evr.StartsWith("0:", StringComparison.Ordinal) ? evr[2..] : evr;

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

    /// <summary>"conflicting requests" says nothing beside what it conflicts about.</summary>
    private static string Shorter(string problem)
    {
        var parts = problem
            .Split("; ")
            .Where(p => p is not ("conflicting requests" or "cannot install the best candidate for the job"))
            .ToList();
        return parts.Count == 0 ? problem : string.Join("; ", parts);
    }

    private static long Bytes(string number, string unit) =>
        (long)(
            double.Parse(number, CultureInfo.InvariantCulture)
            * Math.Pow(
                1024,
                unit.ToLowerInvariant() switch
                {
                    "k" => 1,
                    "m" => 2,
                    "g" => 3,
                    _ => 0,
                }
            )
        );

    private static string? LastWords(string text)
    {
        var words = new StringBuilder();
        foreach (
            var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .TakeLast(2)
        )
            words.Append(words.Length > 0 ? " " : "").Append(line);
        return words.Length == 0 ? null : words.ToString();
    }

    [GeneratedRegex(
        @"^---> Package (?<name>\S+)\.(?<arch>[^\s.]+) (?<evr>\S+) will be (?<what>an? \w+|\w+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PackageLine();

    [GeneratedRegex(
        @"^ *Problem(?: \d+)?: (?<text>.+)$|^Error: (?<text>Package: \S+ .*|.* conflicts with .*|Trying to "
            + @"remove "".*"", which is protected)$|^(?:Error: +| {7})(?<text>Protected multilib versions: .+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ProblemLine();

    [GeneratedRegex(@"^ +(?:Available: |Not found$)|^ {15}", RegexOptions.CultureInvariant)]
    private static partial Regex AsideLine();

    [GeneratedRegex(@"^Package ""?(?<nevra>[^\s""]+)""? is already installed\.$", RegexOptions.CultureInvariant)]
    private static partial Regex PresentLine();

    [GeneratedRegex(
        @"^(?:No [Mm]atch for argument:|All matches were filtered out by \w+ filtering for argument:) "
            + @"(?<spec>\S+)$|^No package (?<yum>\S+) available\.$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex UnmatchedLine();

    [GeneratedRegex(
        @"^(?:Argument|Cannot perform \w+ because) '(?<spec>[^']+)' (?<why>matches only .+?)\.?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex HiddenLine();

    [GeneratedRegex(
        @"^(?:Exiting on user command|Operation aborted\.|Operation aborted by the user\.)\s*$",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex DeclinedLine();

    [GeneratedRegex(@"^Total download size: (?<number>[0-9.]+) ?(?<unit>[kMG]?)$", RegexOptions.CultureInvariant)]
    private static partial Regex DownloadLine();
}
