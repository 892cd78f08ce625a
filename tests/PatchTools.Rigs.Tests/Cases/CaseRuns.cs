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
    private readonly Lazy<Dictionary<string, Task<string>>> _runs;

    public CaseRuns() => _runs = new(() => CaseFile.Names.ToDictionary(name => name, RunAsync));

    /// <summary>Everything that a case printed.</summary>
    public Task<string> OutputOf(string name) => _runs.Value[name];

    public void Dispose()
    {
        if (_runs.IsValueCreated)
            Task.WaitAll([.. _runs.Value.Values.Select(run => run.ContinueWith(_ => { }, TaskScheduler.Default))]);
        _places.Dispose();
        _folder.Dispose();
    }

    private async Task<string> RunAsync(string name)
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

    private string Run(string name)
    {
        var script = CaseFile.Read(name).Unpack(_folder.File($"cases/{name}"));
        using var process = RigProcess.Start(
            "env",
            [
                $"MODULE={Path.Combine(BuiltHost.RepositoryRoot, "artifacts", "PatchTools")}",
                "PWSH=pwsh",
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
        return run.Output + run.Error;
    }
}
