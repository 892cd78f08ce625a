using System.Text.Json;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Shared;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Testing.Recordings;

/// <summary>
/// One host of a package manager as files, what the real tools answered on it, and what PatchTools made of both. The
/// differential tests write these beside the real tool; tests without rigs ask again and must come to the same.
/// </summary>
internal sealed partial record RecordedAnswers
{
    /// <summary>Stands for the host's root in texts.</summary>
    private const string RootMark = "{root}";

    /// <summary>Stands for PatchTools' own data in texts.</summary>
    private const string DataMark = "{data}";

    /// <summary>Variable that leads apt to its configuration; the file of that name below the root holds it.</summary>
    public const string AptConfig = "APT_CONFIG";

    private const string Binary = "base64:";
    private const string Link = "link:";

    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true };

    /// <summary>The tool and its version, as it says them itself.</summary>
    public required string Tool { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Text, or <c>base64:</c> and bytes, or <c>link:</c> and target, by path below the root.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    public required IReadOnlyList<RecordedAnswer> Answers { get; init; }

    /// <summary>What <see cref="AskAsync"/> gave beside the real tool.</summary>
    public required IReadOnlyList<string> Expected { get; init; }

    public static RecordedAnswers Read(string file) =>
        JsonSerializer.Deserialize<RecordedAnswers>(File.ReadAllText(file), Form)!;

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Form) + "\n");

    /// <summary>Puts the host's files below a root; all are as old as the recording.</summary>
    public void Restore(string root, string data)
    {
        foreach (var (name, text) in Files)
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (text.StartsWith(Link, StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(path, text[Link.Length..]);
                continue;
            }

            if (text.StartsWith(Binary, StringComparison.Ordinal))
                File.WriteAllBytes(path, Convert.FromBase64String(text[Binary.Length..]));
            else
                File.WriteAllText(path, Placed(text, root, data));
            File.SetLastWriteTimeUtc(path, RecordedAt.UtcDateTime);
        }
    }

    /// <summary>Files below a root; of those that only the tool itself can read nothing but the name.</summary>
    public static Dictionary<string, string> FilesOf(string root, string data)
    {
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        Add(new DirectoryInfo(root));
        return files;

        void Add(DirectoryInfo folder)
        {
            foreach (var entry in folder.GetFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                var name = Path.GetRelativePath(root, entry.FullName);
                if (entry.LinkTarget is { } target)
                    files[name] = Link + target;
                else if (entry is DirectoryInfo within)
                    Add(within);
                else if (name.StartsWith("var/lib/rpm/", StringComparison.Ordinal))
                    files[name] = "";
                else if (entry.Extension is not (".solv" or ".bin" or ".idx"))
                    files[name] = Text(File.ReadAllBytes(entry.FullName));
            }
        }

        string Text(byte[] bytes)
        {
            if (bytes.AsSpan().IndexOfAnyExceptInRange((byte)9, (byte)126) < 0)
                return Marked(System.Text.Encoding.ASCII.GetString(bytes), root, data);
            return Binary + Convert.ToBase64String(bytes);
        }
    }

    /// <summary>Scans, judges by the baseline that approves everything, and plans; one line for each result.</summary>
    public static async Task<IReadOnlyList<string>> AskAsync(
        IPackageManager manager,
        InventoryOrigin origin,
        DateTimeOffset now,
        string root,
        string data
    )
    {
        var inventory = await manager.GetInventoryAsync(
            new InventoryRequest { Origin = origin },
            SilentObserver.Instance,
            CancellationToken.None
        );
        var report = BaselineEvaluator.Evaluate(
            new EvaluationRequest
            {
                Snapshot = OneRuleSnapshots.Everything(inventory.Family),
                Inventory = inventory,
                Now = now,
                ExecutionId = "00000000-0000-0000-0000-000000000000",
            }
        );
        var plan = await manager.PlanAsync(
            new InstallRequest
            {
                Inventory = inventory,
                Targets = InstallSelection.Of(report).Targets,
                Dependencies = new AnyDependency(),
            },
            SilentObserver.Instance,
            CancellationToken.None
        );
        IEnumerable<string> lines =
        [
            .. inventory
                .Installed.OrderBy(p => $"{p.Name}.{p.Architecture}", StringComparer.Ordinal)
                .Select(p =>
                    $"installed {p.Name}.{p.Architecture} {p.Edition}, candidate {p.CandidateEdition}, held "
                    + $"{p.IsHeld}: "
                    + p.PolicyNote
                ),
            .. inventory.Repositories.Select(r => $"repository {r.Name} {r.Status} {r.HasUsableMetadata}"),
            .. report
                .Findings.OrderBy(f => f.Id, StringComparer.Ordinal)
                .Select(f =>
                    $"finding {f.Name}.{f.Architecture} {f.State} {f.AvailableVersion} "
                    + $"{string.Join(' ', f.AdvisoryIds)}"
                ),
            .. plan.Changes.Select(c =>
                $"change {c.Action} {c.Name}.{c.Architecture} {c.FromVersion} to {c.ToVersion} requested "
                + $"{c.IsRequested}"
            ),
            .. plan.Setbacks.Select(s => $"setback {s.Target} {s.Kind} {s.Reason}"),
            $"download {plan.DownloadBytes}, grows {plan.InstalledSizeChange}, left alone {plan.LeftAlone.Count}",
        ];
        return [.. lines.Select(l => Marked(l, root, data))];
    }

    public static string Marked(string text, string root, string data) =>
        CopyOfDatabase()
            .Replace(
                text.Replace(root, RootMark, StringComparison.Ordinal)
                    .Replace(data, DataMark, StringComparison.Ordinal),
                $"{RootMark}/var/lib/rpm"
            );

    /// <summary>rpm reads a copy of an image's database, under a name that no two runs share.</summary>
    [GeneratedRegex(@"\{data\}/image/[^/\s]+/rpm-[0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex CopyOfDatabase();

    public static string Placed(string text, string root, string data) =>
        text.Replace(RootMark, root, StringComparison.Ordinal).Replace(DataMark, data, StringComparison.Ordinal);

    private sealed class AnyDependency : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) => null;
    }
}

/// <summary>One command and its answer, with marks for the places.</summary>
/// <param name="Command">The whole command line, each argument in a line of its own.</param>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record RecordedAnswer(string Command, int ExitCode, string Output, string Error)
{
    public static string Line(Command command, string root, string data) =>
        RecordedAnswers.Marked(string.Join('\n', [command.FileName, .. command.Arguments]), root, data);
}

/// <summary>Runs commands and keeps what they answered.</summary>
internal sealed class AnswerRecorder(IProcessRunner runner, string root, string data) : IProcessRunner
{
    private readonly List<RecordedAnswer> _answers = [];

    public IReadOnlyList<RecordedAnswer> Answers => _answers;

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        CommandResult result;
        try
        {
            result = await runner.RunAsync(command, cancellationToken);
        }
        catch (CommandFailedException e) when (e.Result is { } failed)
        {
            Keep(failed);
            throw;
        }

        Keep(result);
        return result;

        void Keep(CommandResult answer)
        {
            lock (_answers)
                _answers.Add(
                    new RecordedAnswer(
                        RecordedAnswer.Line(command, root, data),
                        answer.ExitCode,
                        RecordedAnswers.Marked(string.Concat(answer.Records('\0')), root, data),
                        RecordedAnswers.Marked(answer.StandardError, root, data)
                    )
                );
        }
    }
}

/// <summary>Answers with what was recorded; a command that nobody recorded fails the test. Starts no process.</summary>
internal sealed class AnswerPlayer(RecordedAnswers recorded, string root, string data) : IProcessRunner
{
    private readonly List<RecordedAnswer> _left = [.. recorded.Answers];

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        var line = RecordedAnswer.Line(command, root, data);
        RecordedAnswer? answer;
        lock (_left)
        {
            answer = _left.Find(a => a.Command == line);
            if (answer is null)
                throw new InvalidOperationException($"Nobody recorded this command:\n{line}");
            _left.Remove(answer);
        }

        var result = new CommandResult(
            answer.ExitCode,
            RecordedAnswers.Placed(answer.Output, root, data),
            RecordedAnswers.Placed(answer.Error, root, data),
            TimeSpan.FromSeconds(1)
        );
        return command.ExpectedExitCodes.Contains(answer.ExitCode)
            ? Task.FromResult(result)
            : throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{command.FileName} ended with {answer.ExitCode}",
                result
            );
    }

    /// <summary>Commands that were recorded and not asked for.</summary>
    public IReadOnlyList<string> NotAsked => [.. _left.Select(a => a.Command)];
}
