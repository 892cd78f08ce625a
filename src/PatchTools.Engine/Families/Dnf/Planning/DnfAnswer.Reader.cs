using System.Globalization;
using System.Text;
using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Reading;

namespace PatchTools.Families.Dnf.Planning;

/// <content>The answer, line by line.</content>
internal sealed partial record DnfAnswer
{
    /// <summary>What the lines have said so far.</summary>
    private sealed class Reader
    {
        private readonly List<string> _problems = [];
        private readonly List<string> _unmatched = [];
        private readonly List<string> _present = [];
        private readonly Dictionary<string, string> _hidden = new(StringComparer.Ordinal);
        private readonly List<(string Name, string Architecture, string Edition, string What)> _said = [];
        private long? _download;

        /// <summary>The line before belongs to the last problem.</summary>
        private bool _inProblem;

        public void Take(string line)
        {
            if (TakePackage(line))
                _inProblem = false;
            else if (TakeProblem(line))
                _inProblem = true;
            else if (TakeArgument(line))
                _inProblem = false;
            else
                _inProblem = _inProblem && TakeMore(line);
        }

        private bool TakePackage(string line)
        {
            if (PackageLine().Match(line) is not { Success: true } package)
                return false;
            _said.Add(
                (
                    package.Groups["name"].Value,
                    package.Groups["arch"].Value,
                    Plain(package.Groups["evr"].Value),
                    package.Groups["what"].Value
                )
            );
            return true;
        }

        private bool TakeProblem(string line)
        {
            if (ProblemLine().Match(line) is not { Success: true } problem)
                return false;
            _problems.Add(problem.Groups["text"].Value);
            return true;
        }

        /// <summary>An indented line below a problem; false for another.</summary>
        private bool TakeMore(string line)
        {
            if (
                !line.StartsWith("  ", StringComparison.Ordinal)
                || line.Trim().TrimStart('-', ' ') is not { Length: > 0 } more
            )
                return false;

            // yum lists every version of the package that is missing, and what each provides: none of them is to
            // blame.
            if (!AsideLine().IsMatch(line))
                _problems[^1] += $"; {more}";
            return true;
        }

        /// <summary>What there is of an argument, or how much of all; false for another line.</summary>
        private bool TakeArgument(string line)
        {
            if (UnmatchedLine().Match(line) is { Success: true } missing)
            {
                _unmatched.Add(
                    missing.Groups["spec"].Success ? missing.Groups["spec"].Value : missing.Groups["yum"].Value
                );
            }
            else if (HiddenLine().Match(line) is { Success: true } excluded)
            {
                _unmatched.Add(excluded.Groups["spec"].Value);
                _hidden[excluded.Groups["spec"].Value] = excluded.Groups["why"].Value;
            }
            else if (PresentLine().Match(line) is { Success: true } installed)
            {
                _present.Add(installed.Groups["nevra"].Value);
            }
            else if (DownloadLine().Match(line) is { Success: true } size)
            {
                _download = Bytes(size.Groups["number"].Value, size.Groups["unit"].Value);
            }
            else
            {
                return false;
            }

            return true;
        }

        public DnfAnswer Whole(DnfTool tool, int exitCode, string output, string error)
        {
            var both = error + "\n" + output;

            // yum 3 goes on without what it does not find.
            var isDeclined = DeclinedLine().IsMatch(both);
            var answered = (exitCode == 0 || isDeclined) && _unmatched.Count == 0;
            var isLocked = !answered && both.Contains(DnfExitCode.LockWords, StringComparison.Ordinal);
            var distrust =
                !answered && both.Contains("you do not have any GPG public keys installed", StringComparison.Ordinal)
                    ? "packages must be signed (gpgcheck), rpm has no public key, and a repository names none (gpgkey)"
                    : null;
            List<PlannedChange>? changes = [];
            if (answered)
                changes = tool.ReadTable is { } read ? read(output) : Changed(_said);
            string? failure = null;
            if (changes is null)
                failure = "its table of packages is not the one of its summary";
            else if (tool.MustNamePackages && answered && _said.Count == 0 && isDeclined)
                failure = "it does not say what it would do";
            else if (!answered && _problems.Count == 0 && _unmatched.Count == 0 && distrust is null)
                failure = DnfTranscript.WithoutAddress(LastWords(error) ?? LastWords(output) ?? "it gave no reason");
            return new DnfAnswer
            {
                Changes = changes ?? [],
                Problems = answered ? [] : [.. _problems.Select(Shorter).Distinct(StringComparer.Ordinal)],
                Unmatched = [.. _unmatched.Distinct(StringComparer.Ordinal)],
                Hidden = _hidden,
                Present = _present,
                IsLocked = isLocked,
                Distrust = distrust,
                Failure = failure,
                DownloadBytes = _download,
            };
        }

        /// <summary>An edition as PatchTools writes it, without an epoch of 0.</summary>
        private static string Plain(string evr) => evr.StartsWith("0:", StringComparison.Ordinal) ? evr[2..] : evr;

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
    }
}
