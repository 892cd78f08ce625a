using System.Globalization;

namespace PatchTools.Rigs.Tests.Crash;

/// <summary>
/// An install of one package whose book-keeping dies at each of its calls, and in which each of them fails once.
/// Sampled by a printed seed, kills and errors together; <c>.ci/long</c> tries every one.
/// </summary>
public abstract class InstallCrashTests
{
    private const string Library = "/opt/places.so";
    private const string Log = "/opt/places.log";
    private const string Data = "/var/lib/patchtools";
    private const string State = "/var/log/amazon";

    private protected static void Hold(CrashHost host)
    {
        using (host)
        {
            host.Root.Write(Library, "");
            File.Copy(Places.Library, host.Root.Path(Library), overwrite: true);
            var count = Count(host);
            var blows = Places.Blows(count, [0, .. Blow.Errors.Keys]);
            List<string> wrong = [];
            foreach (var blow in blows)
            {
                Clear(host);
                var run = Watched(host, blow);
                if (blow.Error != 0)
                    wrong.AddRange(WrongsOfFailed(host, run).Select(w => $"{blow}: {w}"));
                wrong.AddRange(WrongsOfNext(host).Select(w => $"{blow}: then {w}"));
            }

            Places.Conclude($"install with {host.Tool}", count, blows, wrong);
        }
    }

    /// <summary>The host as before its first run.</summary>
    private static void Clear(CrashHost host)
    {
        host.Root.Shell($"rm -rf {Data} {State} {Log}").Expect();
        host.Undo();
    }

    /// <summary>Counts the places of an undisturbed run; strace must not see more.</summary>
    private static int Count(CrashHost host)
    {
        Clear(host);
        Watched(host, null).Expect(0);
        var places = Places.Read(host.Root.Path(Log));
        using var folder = new TemporaryDirectory();
        var trace = folder.File("strace.log");
        Clear(host);
        host.Root.Outer = ["strace", .. Places.StraceOptions(trace)];
        try
        {
            host.Install().Expect(0);
        }
        finally
        {
            host.Root.Outer = [];
        }

        var seen = Places.CountWithStrace(trace, Data, State);
        Assert.True(
            places.Count >= seen && seen > 20,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{places.Count} places, and strace sees "
                    + $"{seen}:\n{string.Join('\n', places)}\n{File.ReadAllText(trace)}"
            )
        );
        Places.Print(
            string.Create(
                CultureInfo.InvariantCulture,
                $"install with {host.Tool}: {places.Count} places, {seen} seen by strace"
            )
        );
        return places.Count;
    }

    private static PatchRunResult Watched(CrashHost host, Blow? blow)
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

    private static IEnumerable<string> WrongsOfFailed(CrashHost host, PatchRunResult run)
    {
        if (run.ErrorId is null && run.ExitCode == 99)
            yield return $"no error of PatchTools: {run.Output}{run.Error}";
        else if (run.ErrorId is not null && run.ExitCode == 0)
            yield return "an error with the exit code 0";
        else if (run.ErrorId is null && run.ExitCode == 0 && !host.IsDone)
            yield return "green, and nothing is installed";
        else if (host.IsDone && !run.Output.Contains("r-tool", StringComparison.Ordinal) && run.Error.Length == 0)
            yield return "the host was changed, and nobody says so";
    }

    private static IEnumerable<string> WrongsOfNext(CrashHost host)
    {
        var run = host.Install();
        if (run.ExitCode != 0)
            return [$"the next run ended with {run.ExitCode} {run.ErrorId}: {run.Output}{run.Error}"];
        var left = host.Root.Shell($"find {Data} {State} -name '*.tmp' -o -path '*/spool/*' -type f").Output.Trim();
        return
        [
            .. host.IsDone ? (string[])[] : ["the update is not there, or not whole"],
            .. left.Length == 0 ? (string[])[] : [$"{left} is left"],
            .. host.SavedStates().Keys.Any(k => k.StartsWith("r-tool", StringComparison.Ordinal))
                ? (string[])[]
                : ["the states do not know r-tool"],
        ];
    }
}

public sealed class AptInstallCrashTests : InstallCrashTests
{
    [Fact]
    public void An_install_with_apt_may_die_or_fail_at_any_call_of_its_book_keeping() => Hold(new AptCrashHost());
}

public sealed class DnfInstallCrashTests : InstallCrashTests
{
    [Fact]
    public void An_install_with_dnf_may_die_or_fail_at_any_call_of_its_book_keeping() => Hold(new DnfCrashHost());
}

public sealed class ZypperInstallCrashTests : InstallCrashTests
{
    [Fact]
    public void An_install_with_zypper_may_die_or_fail_at_any_call_of_its_book_keeping() => Hold(new ZypperCrashHost());
}
