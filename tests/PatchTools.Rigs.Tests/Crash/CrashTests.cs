using System.Text.Json;

namespace PatchTools.Rigs.Tests.Crash;

/// <summary>
/// A publish and an export that die at each of their calls, and in which each of their calls fails once. Sampled by a
/// printed seed; <c>.ci/long</c> tries every one.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private const string Publish =
        "Attempt { \"exit $((Invoke-PatchBaseline -Operation Scan -NoRefresh -MaxMetadataAge 36500 "
        + "-SnapshotId 11111111-2222-4333-8444-555555555555).ExitCode)\" }";

    private readonly SmallHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_publish_may_die_at_any_call_and_the_next_run_is_right(bool hasTrouble)
    {
        Rig.NeedsRoot();
        var count = CountPlaces(Publish, Prepare);
        var blows = Places.Blows(count, 0);
        List<string> wrong = [];
        foreach (var blow in blows)
        {
            Prepare();
            var run = _host.Run(Publish, blow);
            if (!run.WasKilled)
                wrong.Add($"{blow}: ended with {run.ExitCode} and was not killed {run.Output}{run.Error}");
            wrong.AddRange(_host.Wrongs(mayHaveLeftovers: true).Select(w => $"{blow}: {w}"));
            wrong.AddRange(WrongsOfNextPublish().Select(w => $"{blow}: then {w}"));
        }

        Places.Conclude("publish", count, blows, wrong);

        void Prepare() => PrepareHost(hasTrouble);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_call_of_a_publish_may_fail_and_the_run_says_so_or_is_right(bool hasTrouble)
    {
        Rig.NeedsRoot();
        var count = CountPlaces(Publish, Prepare);
        var blows = Places.Blows(count, Blow.Errors.Keys);
        List<string> wrong = [];
        foreach (var blow in blows)
        {
            Prepare();
            var run = _host.Run(Publish, blow);
            if (run.ErrorId is null && !run.Output.Contains("exit 0", StringComparison.Ordinal))
                wrong.Add(
                    $"{blow}: neither an error of PatchTools nor a result: {run.ExitCode} {run.Output}{run.Error}"
                );
            else if (run.ErrorId is null)
                wrong.AddRange(WrongsOfPublished(run).Select(w => $"{blow}: green although {w}"));
            else if (run.ExitCode == 0)
                wrong.Add($"{blow}: an error with the exit code 0");
            wrong.AddRange(_host.Wrongs(mayHaveLeftovers: true).Select(w => $"{blow}: {w}"));
            wrong.AddRange(WrongsOfNextPublish().Select(w => $"{blow}: then {w}"));
        }

        Places.Conclude("publish", count, blows, wrong);

        void Prepare() => PrepareHost(hasTrouble);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_export_may_die_or_fail_at_any_call_and_the_file_is_the_old_one_or_the_new_one(bool isThere)
    {
        Rig.NeedsRoot();
        var target = Path.Combine(_host.Named, "baseline.json");
        var script =
            $"Attempt {{ Get-PatchSnapshot -Path '{SmallHost.Fixtures}/baseline.json' | Export-PatchBaseline "
            + $"-Path '{target}'; 'done' }}";
        var count = CountPlaces(script, Prepare);
        var expected = File.ReadAllText(target);
        var blows = Places.Blows(count, [0, .. Blow.Errors.Keys]);
        List<string> wrong = [];
        foreach (var blow in blows)
        {
            Prepare();
            var run = _host.Run(script, blow);
            var text = File.Exists(target) ? File.ReadAllText(target) : null;
            if (text != expected && text != (isThere ? "before" : null))
                wrong.Add($"{blow}: the file is neither the old one nor the new one");
            if (blow.Error != 0 && run.ErrorId is null && text != expected)
                wrong.Add($"{blow}: no error and no file: {run.ExitCode} {run.Output}{run.Error}");
            var next = _host.Run(script);
            if (next.ExitCode != 0 || File.ReadAllText(target) != expected)
                wrong.Add($"{blow}: then {next.ExitCode} {next.Output}{next.Error}");
            if (Directory.GetFileSystemEntries(_host.Named).Length != 1)
                wrong.Add($"{blow}: something is left beside the file");
        }

        Places.Conclude("export", count, blows, wrong);

        void Prepare()
        {
            _host.Clear();
            if (isThere)
                File.WriteAllText(target, "before");
        }
    }

    private void PrepareHost(bool hasTrouble)
    {
        _host.Clear();
        if (hasTrouble)
            _host.LeaveTrouble();
    }

    /// <summary>Counts the places of an undisturbed run; strace must not see more.</summary>
    private int CountPlaces(string script, Action prepare)
    {
        prepare();
        var run = _host.Run(script, watches: true);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var places = Places.Read(_host.Log);
        prepare();
        var trace = _host.PathOf("strace.log");
        run = _host.Trace(script, trace);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var seen = Places.CountWithStrace(trace, _host.Data, _host.State, _host.Named);
        Assert.True(
            places.Count >= seen && places.Count > 5,
            $"{places.Count} places, and strace sees {seen}:\n{string.Join('\n', places)}\n{File.ReadAllText(trace)}"
        );
        return places.Count;
    }

    private IEnumerable<string> WrongsOfNextPublish()
    {
        var run = _host.Run(Publish);
        if (run.ExitCode != 0 || !run.Output.Contains("exit 0", StringComparison.Ordinal))
            return [$"the next run ended with {run.ExitCode}: {run.Output}{run.Error}"];
        return
        [
            .. WrongsOfPublished(run),
            .. _host.Wrongs(mayHaveLeftovers: false),
            .. MarkersOf() is [_] ? (string[])[] : ["there is not one marker of what was uploaded"],
            .. Files("spool").Length == 0 ? (string[])[] : ["a report that was sent is still kept"],
        ];
    }

    /// <summary>What is not as a run that ends with 0 leaves it. A warning says what could not be done.</summary>
    private IEnumerable<string> WrongsOfPublished(SmallRun run)
    {
        if (!_host.Aws.Inventory.ContainsKey("AWS:PatchSummary"))
            yield return "the service has no summary";
        if (
            !_host.Aws.Inventory.ContainsKey("AWS:ComplianceItem")
            && !_host.Aws.Inventory.ContainsKey("AWS:PatchCompliance")
        )
            yield return $"the service has no compliance item, only {string.Join(", ", _host.Aws.Inventory.Keys)}";
        var states = Path.Combine(_host.State, "patch-configuration", "patch-states-configuration.json");
        if (
            !HasStates(states)
            && !run.Error.Contains("WARNING", StringComparison.OrdinalIgnoreCase)
            && !run.Output.Contains("WARNING", StringComparison.OrdinalIgnoreCase)
        )
            yield return "the states are not saved, and nobody says so";
    }

    private static bool HasStates(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.GetProperty("patchStates").EnumerateObject().Any();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return false;
        }
    }

    private string[] MarkersOf() =>
        Directory.Exists(Path.Combine(_host.State, "pb-hashes"))
            ? Directory.GetDirectories(Path.Combine(_host.State, "pb-hashes"))
            : [];

    private string[] Files(string name) =>
        Directory.Exists(Path.Combine(_host.Data, name)) ? Directory.GetFiles(Path.Combine(_host.Data, name)) : [];
}
