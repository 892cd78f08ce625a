using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Planning;

/// <content>The answer, tag by tag.</content>
internal sealed partial record ZypperAnswer
{
    /// <summary>What the tags have said so far.</summary>
    private sealed class Reader
    {
        private readonly List<PlannedChange> _changes = [];
        private readonly List<PlannedChange> _vendorChanges = [];
        private readonly List<string> _problems = [];
        private readonly List<string> _solutions = [];
        private readonly List<string> _errors = [];
        private long? _download;
        private long? _space;
        private bool _hasSummary;

        /// <summary>The tag that the solvables stand in, <c>to-upgrade</c>.</summary>
        private string _section = "";

        /// <summary>Of the present message.</summary>
        private string _type = "";
        private bool _inPrompt;

        public ZypperAnswer Read(int exitCode, string output, string error)
        {
            string? damage = null;
            try
            {
                using var xml = ZypperMessage.Open(output);
                while (xml.Read())
                    Take(xml);
            }
            catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
            {
                damage = e.Message;
            }

            var unmatched = _errors
                .Select(e => NotFound().Match(e))
                .Where(m => m.Success)
                .Select(m => m.Groups["argument"].Value)
                .ToList();
            var answered = damage is null && _hasSummary && ZypperExitCode.IsSuccess(exitCode) && _problems.Count == 0;
            return new ZypperAnswer
            {
                Changes = answered ? _changes : [],
                VendorChanges = answered ? _vendorChanges : [],
                Problems = answered ? [] : [.. _problems.Distinct(StringComparer.Ordinal)],
                Solutions = answered ? [] : _solutions,
                Unmatched = answered ? [] : unmatched,
                Failure =
                    answered || _problems.Count > 0 || unmatched.Count > 0
                        ? null
                        : _errors.LastOrDefault()
                            ?? damage
                            ?? LastLine(error)
                            ?? $"it ended with {ZypperExitCode.Describe(exitCode)} and gave no reason",
                DownloadBytes = _download,
                InstalledSizeChange = _space,
            };
        }

        private void Take(XmlScanner xml)
        {
            var tag = xml.Name;
            if (tag.SequenceEqual("prompt"u8))
                _inPrompt = xml.IsStart;
            else if (xml.IsStart)
                TakeStart(xml);
            else if (tag.SequenceEqual("description"u8) && _inPrompt)
                TakePrompt(Encoding.UTF8.GetString(xml.Text));
            else if (tag.SequenceEqual("message"u8) && _type == "error")
                _errors.Add(ZypperMessage.OneLine(Encoding.UTF8.GetString(xml.Text)));
        }

        private void TakeStart(XmlScanner xml)
        {
            var tag = xml.Name;
            if (tag.SequenceEqual("message"u8))
                _type = Text(xml, "type"u8);
            else if (tag.SequenceEqual("install-summary"u8))
                (_hasSummary, _download, _space) = (
                    true,
                    Number(xml, "download-size"u8),
                    Number(xml, "space-usage-diff"u8)
                );
            else if (tag.StartsWith("to-"u8))
                _section = Encoding.UTF8.GetString(tag);
            else if (tag.SequenceEqual("solvable"u8) && _hasSummary && Text(xml, "type"u8) == "package")
                Add(xml);
        }

        /// <summary>
        /// <c>Problem: 1: …</c> with what belongs to it on indented lines, then <c> Solution 1: …</c> with its actions
        /// on lines of their own.
        /// </summary>
        private void TakePrompt(string description)
        {
            var target = _problems;
            foreach (var line in description.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0))
            {
                if (ProblemLine().Match(line) is { Success: true } problem)
                {
                    _problems.Add(problem.Groups["text"].Value);
                    target = _problems;
                }
                else if (SolutionLine().Match(line) is { Success: true } solution)
                {
                    if (!solution.Groups["text"].Value.StartsWith("Following actions", StringComparison.Ordinal))
                        _solutions.Add(solution.Groups["text"].Value);
                    target = _solutions;
                }
                else if (target == _solutions)
                {
                    _solutions.Add(line);
                }
                else if (_problems.Count > 0)
                {
                    _problems[^1] += $"; {line}";
                }
            }
        }

        private void Add(XmlScanner xml)
        {
            var (edition, old) = (Text(xml, "edition"u8), Text(xml, "edition-old"u8));
            var isRemoval = _section == "to-remove";
            var order = old.Length == 0 ? 1 : RpmVersion.Order.Compare(edition, old);
            var change = new PlannedChange
            {
                Action = (isRemoval, old.Length, order) switch
                {
                    (true, _, _) => PlannedAction.Remove,
                    (_, 0, _) => PlannedAction.Install,
                    (_, _, < 0) => PlannedAction.Downgrade,
                    _ => PlannedAction.Upgrade,
                },
                Name = Text(xml, "name"u8),
                Architecture = Text(xml, "arch"u8),
                FromArchitecture = Text(xml, "arch-old"u8) is { Length: > 0 } before ? before : Text(xml, "arch"u8),
                FromVersion = isRemoval ? edition : old,
                ToVersion = isRemoval ? "" : edition,
            };
            if (_section == "to-change-vendor")
                _vendorChanges.Add(change);
            if (
                !_changes.Exists(c =>
                    c.Name == change.Name && c.Architecture == change.Architecture && c.ToVersion == change.ToVersion
                )
            )
                _changes.Add(change);
        }

        private static string? LastLine(string text) =>
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();

        private static string Text(XmlScanner xml, ReadOnlySpan<byte> attribute) =>
            Encoding.UTF8.GetString(xml.Attribute(attribute));

        private static long? Number(XmlScanner xml, ReadOnlySpan<byte> attribute) =>
            long.TryParse(
                Text(xml, attribute),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
                ? number
                : null;
    }

    [GeneratedRegex(@"^Problem: (?:[0-9]+: )?(?<text>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex ProblemLine();

    [GeneratedRegex(@"^Solution [0-9]+: (?<text>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex SolutionLine();

    [GeneratedRegex(
        @"^(?:Package '(?<argument>[^']+)' not found\.|No provider of '(?<argument>[^']+)' found\.)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex NotFound();
}
