using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.PackageManagers.Rpm;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>The resolver's answer to a request to install: what it would do, or why it cannot.</summary>
internal sealed partial record DnfAnswer
{
    /// <summary>Empty where there is nothing to do, or no solution.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; init; } = [];

    /// <summary>What the resolver could not reconcile, one text for each problem, its lines joined.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Arguments that no visible package fits.</summary>
    public IReadOnlyList<string> Unmatched { get; init; } = [];

    /// <summary>Versions that are there already, <c>name-[epoch:]version-release.arch</c>; yum 3 does not name them.</summary>
    public IReadOnlyList<string> Present { get; init; } = [];

    /// <summary>What else went wrong: not one target's own, and no other set fares better. Null when nothing did.</summary>
    public string? Failure { get; init; }

    /// <summary>Packages must be signed and the host knows no key: nothing of any repository can be installed. Null when that is not so.</summary>
    public string? Distrust { get; init; }

    /// <summary>Bytes to be downloaded where the tool says it in its answer (yum 3, rounded); else null.</summary>
    public long? DownloadBytes { get; init; }

    public bool HasSolution => Problems.Count == 0 && Unmatched.Count == 0 && Failure is null && Distrust is null;

    // dnf 4.14.0 --assumeno --setopt=debuglevel=6, standard output; then "Operation aborted." on standard error and exit code 1:
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
    // Where gpgcheck is on, rpm has no key, and a repository names none, standard error before anything else, exit code 1:
    //   You have enabled checking of packages via GPG keys. This is a good thing.
    //   However, you do not have any GPG public keys installed. You need to download
    // yum 3.4.3 --assumeno, standard output; then "Exiting on user command" and exit code 1:
    //   --> Running transaction check
    //   ---> Package bash.x86_64 0:4.2.46-31.el7 will be updated
    //   ---> Package bash.x86_64 0:4.2.46-34.el7 will be an update
    //   --> Finished Dependency Resolution
    //   Total download size: 1.0 M
    //   Exiting on user command
    //   Error: Package: httpd-2.4.6-97.el7.x86_64 (updates)
    //              Requires: nowhere
    //   No package gone-0:1.1-1.x86_64 available.
    //   No Match for argument: gone-0:1.1-1.x86_64
    // dnf5 5.2.6, standard error, exit code 1:
    //   Failed to resolve the transaction:
    //   No match for argument: gone-0:1.1-1.x86_64
    //   Problem: conflicting requests
    //     - nothing provides nowhere needed by unmet-1.1-1.x86_64 from base
    /// <param name="exitCode">The tool's.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    public static DnfAnswer Parse(int exitCode, string output, string error)
    {
        List<string> problems = [];
        List<string> unmatched = [];
        List<string> present = [];
        List<(string Name, string Architecture, string Edition, string What)> said = [];
        long? download = null;
        var inProblem = false;
        foreach (var raw in output.Split('\n').Concat(error.Split('\n')))
        {
            var line = raw.TrimEnd();
            if (PackageLine().Match(line) is { Success: true } package)
            {
                said.Add((package.Groups["name"].Value, package.Groups["arch"].Value, Plain(package.Groups["evr"].Value), package.Groups["what"].Value));
            }
            else if (ProblemLine().Match(line) is { Success: true } problem)
            {
                problems.Add(problem.Groups["text"].Value);
                inProblem = true;
                continue;
            }
            else if (UnmatchedLine().Match(line) is { Success: true } missing)
            {
                unmatched.Add(missing.Groups["spec"].Success ? missing.Groups["spec"].Value : missing.Groups["yum"].Value);
            }
            else if (PresentLine().Match(line) is { Success: true } installed)
            {
                present.Add(installed.Groups["nevra"].Value);
            }
            else if (DownloadLine().Match(line) is { Success: true } size)
            {
                download = Bytes(size.Groups["number"].Value, size.Groups["unit"].Value);
            }
            else if (inProblem && line.StartsWith("  ", StringComparison.Ordinal) && line.Trim().TrimStart('-', ' ') is { Length: > 0 } more)
            {
                problems[^1] += $"; {more}";
                continue;
            }

            inProblem = false;
        }

        var declinedByYum = (output + error).Contains("Exiting on user command", StringComparison.Ordinal);
        var declined = declinedByYum || error.Contains("Operation aborted", StringComparison.Ordinal);

        // yum 3 goes on without what it does not find.
        var answered = (exitCode == 0 || declined) && unmatched.Count == 0;
        var distrust = !answered && (error + output).Contains("you do not have any GPG public keys installed", StringComparison.Ordinal)
            ? "packages must be signed (gpgcheck), rpm has no public key, and a repository names none (gpgkey)"
            : null;
        return new DnfAnswer
        {
            Changes = !answered ? [] : said.Count > 0 ? Changed(said) : Table(output),
            Problems = answered ? [] : [.. problems.Select(Shorter).Distinct(StringComparer.Ordinal)],
            Unmatched = unmatched,
            Present = present,
            Distrust = distrust,
            Failure = answered && said.Count == 0 && declinedByYum ? "it does not say what it would do"
                : answered || problems.Count > 0 || unmatched.Count > 0 || distrust is not null ? null
                : DnfTranscript.WithoutAddress(LastWords(error) ?? LastWords(output) ?? "it gave no reason"),
            DownloadBytes = download,
        };
    }

    /// <summary>The problems that name the version, else all of them, in one sentence.</summary>
    public string Reason(PatchTarget target)
    {
        if (Unmatched.Any(u => IsOf(u, target)))
            return $"no visible repository offers {target.Name} {target.Edition}";
        var own = Problems.Where(p => Names(p, target)).ToList();
        var texts = own.Count > 0 ? own : Problems;
        return texts.Count > 0 ? string.Join("; ", texts) : Distrust ?? Failure ?? "it gave no reason";
    }

    /// <summary>Whether the target's version is there afterwards.</summary>
    public bool Brings(PatchTarget target) =>
        Changes.Any(c => c.Name == target.Name && c.Architecture == target.Architecture && c.ToVersion == target.Edition) || Present.Any(p => Names(p, target));

    public bool Blames(PatchTarget target) => Unmatched.Any(u => IsOf(u, target)) || Problems.Any(p => Names(p, target));

    /// <summary>Whether a problem names any version of the package.</summary>
    public bool Mentions(string name) => Problems.Any(p => Words(p).Any(word => word == name || word.StartsWith(name + "-", StringComparison.Ordinal)));

    /// <summary>An edition as PatchTools writes it, without an epoch of 0.</summary>
    private static string Plain(string evr) => evr.StartsWith("0:", StringComparison.Ordinal) ? evr[2..] : evr;

    private static bool Names(string problem, PatchTarget target)
    {
        // a-1:1.1-1.x86_64: without an epoch of 0 in dnf's words, with it in yum's.
        var nevra = $"{target.Name}-{target.Edition}.{target.Architecture}";
        var zero = $"{target.Name}-0:{target.Edition}.{target.Architecture}";
        var withoutEpoch = $"{target.Name}-{RpmVersion.WithoutEpoch(target.Edition)}.{target.Architecture}";
        return Words(problem).Any(word => word == nevra || word == zero || word == withoutEpoch);
    }

    private static bool IsOf(string spec, PatchTarget target) => spec == DnfCommands.Spec(target.Name, target.Architecture, target.Edition);

    private static string[] Words(string text) => text.Split([' ', ';', ',', '(', ')', '\'', '"'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>"conflicting requests" says nothing beside what it conflicts about.</summary>
    private static string Shorter(string problem)
    {
        var parts = problem.Split("; ").Where(p => p is not ("conflicting requests" or "cannot install the best candidate for the job")).ToList();
        return parts.Count == 0 ? problem : string.Join("; ", parts);
    }

    private static List<PlannedChange> Changed(IReadOnlyList<(string Name, string Architecture, string Edition, string What)> said)
    {
        List<PlannedChange> changes = [];
        var replaced = said.Where(s => s.What is "upgraded" or "updated" or "downgraded").ToList();
        foreach (var (name, architecture, edition, what) in said.Distinct())
        {
            PlannedAction? action = what switch
            {
                "installed" => PlannedAction.Install,
                "an upgrade" or "an update" => PlannedAction.Upgrade,
                "a downgrade" => PlannedAction.Downgrade,
                "obsoleted" or "erased" => PlannedAction.Remove,
                _ => null,
            };
            if (action is null)
                continue;
            var from = action == PlannedAction.Remove ? edition
                : action == PlannedAction.Install ? ""
                : replaced.Where(r => r.Name == name).OrderByDescending(r => r.Architecture == architecture).Select(r => r.Edition).FirstOrDefault("");
            changes.Add(new PlannedChange
            {
                Action = action.Value,
                Name = name,
                Architecture = architecture,
                FromVersion = from,
                ToVersion = action == PlannedAction.Remove ? "" : edition,
                Note = what == "obsoleted" ? ReplacedNote : null,
            });
        }

        return changes;
    }

    /// <summary>Of a removal because something in the transaction obsoletes the package.</summary>
    public const string ReplacedNote = "replaced (another package of the transaction obsoletes it)";

    // dnf5 5.2 --assumeno, standard output; then "Operation aborted by the user." on standard error and exit code 1. Where it is no terminal and COLUMNS is large,
    // each row has its line, and no field is cut:
    // Package                      Arch   Version                 Repository      Size
    // Upgrading:
    //  efi-filesystem              noarch 5-13.fc41               updates      0.0   B
    //    replacing efi-filesystem  noarch 5-12.fc41               fedora       0.0   B
    //  qemu-img                    x86_64 2:9.1.2-1.fc41          updates     22.9 MiB
    //    replacing qemu-img        x86_64 2:9.1.1-2.fc41          <unknown>   22.9 MiB
    // Installing dependencies:
    //  new                         noarch 0:1.0-1.fc41            updates     40.2 KiB
    //    replacing old             noarch 1.0-1.fc41              fedora      40.1 KiB
    //
    // Transaction Summary:
    //  Upgrading:         2 packages
    private static List<PlannedChange> Table(string output)
    {
        List<PlannedChange> changes = [];
        PlannedAction? section = null;
        foreach (var line in output.Split('\n').Select(l => l.TrimEnd()))
        {
            if (line.StartsWith("Transaction Summary", StringComparison.Ordinal))
                break;
            if (line.Length > 0 && line[0] != ' ')
            {
                section = line switch
                {
                    "Upgrading:" => PlannedAction.Upgrade,
                    "Downgrading:" => PlannedAction.Downgrade,
                    _ when line.StartsWith("Installing", StringComparison.Ordinal) && line[^1] == ':' => PlannedAction.Install,
                    _ when line.StartsWith("Removing", StringComparison.Ordinal) && line[^1] == ':' => PlannedAction.Remove,
                    _ => null,
                };
                continue;
            }

            if (section is not { } action || TableRow().Match(line) is not { Success: true } row)
                continue;
            var (name, architecture, edition) = (row.Groups["name"].Value, row.Groups["arch"].Value, Plain(row.Groups["evr"].Value));
            if (!row.Groups["replacing"].Success)
                changes.Add(new PlannedChange { Action = action, Name = name, Architecture = architecture, FromVersion = action == PlannedAction.Remove ? edition : "", ToVersion = action == PlannedAction.Remove ? "" : edition, Repository = action == PlannedAction.Remove ? "" : row.Groups["repo"].Value });
            else if (changes.Count > 0 && changes[^1] is { Action: PlannedAction.Upgrade or PlannedAction.Downgrade, FromVersion: "" } upgrade && upgrade.Name == name)
                changes[^1] = upgrade with { FromVersion = edition };
            else
                changes.Insert(Math.Max(0, changes.Count - 1), new PlannedChange { Action = PlannedAction.Remove, Name = name, Architecture = architecture, FromVersion = edition, Note = ReplacedNote });
        }

        return changes;
    }

    private static long Bytes(string number, string unit) =>
        (long)(double.Parse(number, CultureInfo.InvariantCulture) * Math.Pow(1024, unit.ToLowerInvariant() switch { "k" => 1, "m" => 2, "g" => 3, _ => 0 }));

    private static string? LastWords(string text)
    {
        var words = new StringBuilder();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(2))
            words.Append(words.Length > 0 ? " " : "").Append(line);
        return words.Length == 0 ? null : words.ToString();
    }

    [GeneratedRegex(@"^---> Package (?<name>\S+)\.(?<arch>[^\s.]+) (?<evr>\S+) will be (?<what>an? \w+|\w+)$", RegexOptions.CultureInvariant)]
    private static partial Regex PackageLine();

    [GeneratedRegex(@"^ *Problem(?: \d+)?: (?<text>.+)$|^Error: (?<text>Package: \S+ .*|.* conflicts with .*|Trying to remove "".*"", which is protected)$", RegexOptions.CultureInvariant)]
    private static partial Regex ProblemLine();

    [GeneratedRegex(@"^Package ""?(?<nevra>[^\s""]+)""? is already installed\.$", RegexOptions.CultureInvariant)]
    private static partial Regex PresentLine();

    [GeneratedRegex(@"^(?:No [Mm]atch for argument:|All matches were filtered out by \w+ filtering for argument:) (?<spec>\S+)$|^No package (?<yum>\S+) available\.$", RegexOptions.CultureInvariant)]
    private static partial Regex UnmatchedLine();

    [GeneratedRegex(@"^ (?<replacing>  replacing )?(?<name>\S+) +(?<arch>\S+) +(?<evr>\S+) +(?<repo>\S+) +[0-9.]+ +[KMGT]?i?B$", RegexOptions.CultureInvariant)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^Total download size: (?<number>[0-9.]+) ?(?<unit>[kMG]?)$", RegexOptions.CultureInvariant)]
    private static partial Regex DownloadLine();
}
