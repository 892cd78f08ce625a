namespace PatchTools.Rigs.Tests.Cases;

/// <summary>
/// Runs of every case, two at a time: each builds packages and starts several shells. They begin with the first case
/// that is asked for and share the packages they build.
/// </summary>
public sealed class CaseRuns : IDisposable
{
    private const int SecondsPerCase = 150;

    private readonly TemporaryDirectory _folder = new();
    private readonly SemaphoreSlim _places = new(2);
    private readonly Lazy<Dictionary<string, Task<CaseRun>>> _runs;

    public CaseRuns() => _runs = new(() => CaseFile.Names.ToDictionary(name => name, RunAsync));

    /// <summary>Everything that a case printed.</summary>
    public Task<CaseRun> RunOf(string name) => _runs.Value[name];

    public void Dispose()
    {
        if (_runs.IsValueCreated)
            Task.WaitAll([.. _runs.Value.Values.Select(run => run.ContinueWith(_ => { }, TaskScheduler.Default))]);
        _places.Dispose();
        _folder.Dispose();
    }

    private async Task<CaseRun> RunAsync(string name)
    {
        await _places.WaitAsync();
        try
        {
            return await Task.Run(() => Run(name));
        }
        finally
        {
            _places.Release();
        }
    }

    private CaseRun Run(string name)
    {
        var byProgram = _folder.File($"program/{name}");
        var script = CaseFile.Read(name).Unpack(_folder.File($"cases/{name}"));
        using var process = RigProcess.Start(
            "env",
            [
                $"MODULE={Path.Combine(BuiltHost.RepositoryRoot, "artifacts", "PatchTools")}",
                "PWSH=pwsh",
                $"PROGRAM={(NativeProgram.Exists ? Path.Combine(NativeProgram.Folder, "patchtools") : "")}",
                $"PROGRAM_OUTPUT={byProgram}",
                "POWERSHELL_TELEMETRY_OPTOUT=1",
                $"RPMCACHE={_folder.Path}/packages",
                $"TMPDIR={_folder.Path}",
                "timeout",
                "--kill-after=5",
                $"{SecondsPerCase}",
                "bash",
                script,
            ]
        );
        var run = process.Wait();
        return new CaseRun(run.Output + run.Error, File.Exists(byProgram) ? File.ReadAllText(byProgram) : "");
    }
}

/// <summary>What a case printed.</summary>
/// <param name="Module">Judged by the module, in the real shell.</param>
/// <param name="Program">Judged by the native program; empty where there is none.</param>
public sealed record CaseRun(string Module, string Program);
