using System.Globalization;
using PatchTools.Rigs.Tests.Scenarios;

namespace PatchTools.Rigs.Tests.Crash;

/// <summary>
/// An install of one package by apt whose book-keeping dies at each of its calls, and in which each of them fails once.
/// Sampled by a printed seed; <c>.ci/long</c> tries every one.
/// </summary>
public sealed class InstallCrashTests
{
    private const string Library = "/opt/places.so";
    private const string Log = "/opt/places.log";
    private const string Data = "/var/lib/patchtools";
    private const string State = "/var/log/amazon";
    private static readonly SyntheticPackage s_old = new("r-tool", "1.0-1");
    private static readonly SyntheticPackage s_new = new("r-tool", "1.1-1");

    [Fact]
    public void An_install_may_die_at_any_call_of_its_book_keeping_and_the_next_run_finishes_it()
    {
        using var host = Host();
        var count = Count(host);
        var blows = Places.Blows(count, 0);
        List<string> wrong = [];
        foreach (var blow in blows)
        {
            Clear(host);
            Watched(host, blow);
            wrong.AddRange(WrongsOfNext(host).Select(w => $"{blow}: then {w}"));
        }

        Places.Conclude("install with apt", count, blows, wrong);
    }

    [Fact]
    public void Any_call_of_an_installs_book_keeping_may_fail_and_the_run_says_so_or_is_right()
    {
        using var host = Host();
        var count = Count(host);
        var blows = Places.Blows(count, Blow.Errors.Keys);
        List<string> wrong = [];
        foreach (var blow in blows)
        {
            Clear(host);
            var run = Watched(host, blow);
            var isInstalled = host.Root.DpkgStatus("r-tool") == "install ok installed 1.1-1";
            if (run.ErrorId is null && run.ExitCode == 99)
                wrong.Add($"{blow}: no error of PatchTools: {run.Output}{run.Error}");
            else if (run.ErrorId is not null && run.ExitCode == 0)
                wrong.Add($"{blow}: an error with the exit code 0");
            else if (run.ErrorId is null && run.ExitCode == 0 && !isInstalled)
                wrong.Add($"{blow}: green, and nothing is installed");
            else if (isInstalled && !run.Output.Contains("r-tool", StringComparison.Ordinal) && run.Error.Length == 0)
                wrong.Add($"{blow}: the host was changed, and nobody says so");
            wrong.AddRange(WrongsOfNext(host).Select(w => $"{blow}: then {w}"));
        }

        Places.Conclude("install with apt", count, blows, wrong);
    }

    private static ScenarioHost Host()
    {
        var host = new ScenarioHost().Installed(s_old).Offers(SyntheticSuite.BookwormSecurity, s_new).Ready();
        host.Root.Write(Library, "");
        File.Copy(Places.Library, host.Root.Path(Library), overwrite: true);
        host.Root.Write("/var/tmp/old.deb", "");
        File.WriteAllBytes(host.Root.Path("/var/tmp/old.deb"), s_old.Build());
        return host;
    }

    /// <summary>The host as before its first run.</summary>
    private static void Clear(ScenarioHost host) =>
        host
            .Root.Shell(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rm -rf {Data} {State} {Log}; dpkg --force-all -i /var/tmp/old.deb"
                )
            )
            .Expect();

    private static int Count(ScenarioHost host)
    {
        Clear(host);
        Watched(host, null).Expect(0);
        var count = Places.Read(host.Root.Path(Log)).Count;
        Assert.True(count > 20, $"only {count} places");
        return count;
    }

    private static PatchRunResult Watched(ScenarioHost host, Blow? blow)
    {
        var variables = Places.Variables(Library, Log, blow, Data, State);
        foreach (var (name, value) in variables)
            host.Root.Environment[name] = value;
        try
        {
            return host.Install();
        }
        finally
        {
            foreach (var name in variables.Keys)
                host.Root.Environment.Remove(name);
        }
    }

    private static IEnumerable<string> WrongsOfNext(ScenarioHost host)
    {
        var run = host.Install();
        if (run.ExitCode != 0)
            return [$"the next run ended with {run.ExitCode} {run.ErrorId}: {run.Output}{run.Error}"];
        var left = host.Root.Shell($"find {Data} {State} -name '*.tmp' -o -path '*/spool/*' -type f").Output.Trim();
        return
        [
            .. host.Root.DpkgStatus("r-tool") == "install ok installed 1.1-1"
                ? (string[])[]
                : ["r-tool is not installed"],
            .. host.Root.Run("dpkg", "--audit").Output.Length == 0 ? (string[])[] : ["something is half-installed"],
            .. left.Length == 0 ? (string[])[] : [$"{left} is left"],
            .. host.SavedStates().Keys.Any(k => k.StartsWith("r-tool", StringComparison.Ordinal))
                ? (string[])[]
                : ["the states do not know r-tool"],
        ];
    }
}
