using System.Globalization;
using PatchTools.Errors;
using PatchTools.Native.Table;
using PatchTools.Operations;

namespace PatchTools.Native.Commands;

/// <summary>Which program is told of which result: <c>--exec-on Problem=/usr/local/sbin/tell</c>.</summary>
internal sealed record ExecOn(string When, string Program)
{
    private const string Problem = nameof(Problem);
    private const string Always = nameof(Always);

    /// <summary>The verdict of a run that has no report.</summary>
    private const string Failure = nameof(Failure);

    /// <summary>Words before the equals sign: verdicts, a run without a report, all but compliant, and all.</summary>
    private static readonly IReadOnlyList<string> Words =
    [
        .. Enum.GetNames<ComplianceVerdict>(),
        Failure,
        Problem,
        Always,
    ];

    /// <returns>Null when it was left out.</returns>
    /// <exception cref="UsageException">No such word, or no absolute path.</exception>
    public static ExecOn? Of(CommandCall call)
    {
        if (call.Text(Options.ExecOn) is not { } text)
            return null;
        if (text.Split('=', 2) is not [var when, ['/', _, ..] program])
            throw new UsageException($"{Options.ExecOn.Name} \"{text}\" is not WHEN=/ABSOLUTE/PROGRAM.");
        var word =
            Words.FirstOrDefault(known => known.Equals(when, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"{Options.ExecOn.Name} takes {string.Join(", ", Words)}, not \"{when}\".");
        return new ExecOn(word, program);
    }

    /// <summary>Tells the program of a report, where it wants to know of it.</summary>
    public Task TellAsync(PatchRun run, ComplianceReport report, CancellationToken stopping) =>
        TellAsync(run, report.Verdict.ToString(), report.ExitCode, report.VerdictText, stopping);

    /// <summary>Tells the program of a run that has no report, where it wants to know of it.</summary>
    public Task TellAsync(PatchRun run, PatchToolsException failure, CancellationToken stopping) =>
        TellAsync(run, Failure, failure.ExitCode, $"{failure.ErrorId}: {failure.Message}", stopping);

    private Task TellAsync(PatchRun run, string verdict, int exitCode, string sentence, CancellationToken stopping) =>
        When == Always || When == verdict || (When == Problem && verdict != nameof(ComplianceVerdict.Compliant))
            ? run.RunHookAsync(
                Program,
                [verdict, exitCode.ToString(CultureInfo.InvariantCulture), sentence],
                new Dictionary<string, string>(StringComparer.Ordinal),
                stopping
            )
            : Task.CompletedTask;
}
