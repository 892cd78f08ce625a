namespace PatchTools.Rigs.Tests;

/// <summary>One finding of a report.</summary>
internal sealed record RunFinding(
    string Name,
    string State,
    string InstalledVersion,
    string AvailableVersion,
    string Why
);

/// <summary>How a run of <c>Invoke-PatchBaseline</c> ended: what a script that called it sees.</summary>
/// <param name="ExitCode">Of the process.</param>
/// <param name="ErrorId">Of the terminating error; null without one.</param>
/// <param name="Findings">Of the report; empty when there is none.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Output">Standard output.</param>
internal sealed record PatchRunResult(
    int ExitCode,
    string? ErrorId,
    IReadOnlyList<RunFinding> Findings,
    string Error,
    string Output
)
{
    public RunFinding Of(string package) => Assert.Single(Findings, finding => finding.Name == package);

    /// <summary>How often the run started a program with an argument; of a run with <c>-Verbose</c>.</summary>
    public int Started(string program, string argument) =>
        $"{Output}\n{Error}"
            .Split('\n')
            .Count(line =>
                line.Contains($"Running {program} ", StringComparison.Ordinal)
                && line.Split(' ').Contains(argument, StringComparer.Ordinal)
            );

    public PatchRunResult Expect(int exitCode, string? errorId = null)
    {
        Assert.True(
            ExitCode == exitCode && ErrorId == errorId,
            $"ended with {ExitCode} {ErrorId} instead of {exitCode} {errorId}\n{Output}\n{Error}"
        );
        return this;
    }
}

/// <summary>Runs of the operation inside a root.</summary>
internal static class PatchRuns
{
    /// <summary>
    /// A script as an SSM document would run it. What it says is read back: an <c>error</c> line, and a <c>finding</c>
    /// line for each finding.
    /// </summary>
    public static string Script(string arguments, string prefix = "") =>
        $$"""
            {{prefix}}
            try {
                $report = Invoke-PatchBaseline {{arguments}}
                foreach ($finding in $report.Findings) { "finding`t$($finding.Name)`t$($finding.State)`t$($finding.InstalledVersion)`t$($finding.AvailableVersion)`t$($finding.Why)" }
                exit $report.ExitCode
            } catch {
                "error`t$($_.FullyQualifiedErrorId.Split(',')[0])"
                [Console]::Error.WriteLine("$_")
                if ($null -eq $_.Exception.ExitCode) { exit 99 }
                exit $_.Exception.ExitCode
            }
            """;

    /// <summary>
    /// Which front end carries out the runs: the cmdlets, or where <c>PATCHTOOLS_FRONT_END=program</c> the native
    /// program, to which the same arguments are given as it spells them.
    /// </summary>
    public static bool AreThePrograms { get; } =
        Environment.GetEnvironmentVariable("PATCHTOOLS_FRONT_END") == "program";

    public static PatchRunResult Invoke(OverlayRoot root, string arguments) => Invoke(root, arguments, AreThePrograms);

    public static PatchRunResult Invoke(OverlayRoot root, string arguments, bool byProgram)
    {
        using var process = Start(root, arguments, byProgram);
        return Result(process.Wait());
    }

    public static RigProcess Start(OverlayRoot root, string arguments) => Start(root, arguments, AreThePrograms);

    public static PatchRunResult Result(RigRun run) =>
        ProgramRuns.IsOfProgram(run) ? ProgramRuns.Result(run) : ResultOfScript(run);

    private static RigProcess Start(OverlayRoot root, string arguments, bool byProgram)
    {
        if (!byProgram)
            return root.StartPatchTools(Script(arguments));
        NativeProgram.Need();
        return root.StartProgram(ProgramRuns.Arguments(arguments));
    }

    private static PatchRunResult ResultOfScript(RigRun run)
    {
        var lines = run.Output.Split('\n').Select(line => line.Split('\t')).ToList();
        return new PatchRunResult(
            run.ExitCode,
            lines.Where(line => line[0] == "error").Select(line => line[1]).FirstOrDefault(),
            [
                .. lines
                    .Where(line => line[0] == "finding")
                    .Select(line => new RunFinding(line[1], line[2], line[3], line[4], line[5])),
            ],
            run.Error,
            run.Output
        );
    }
}
