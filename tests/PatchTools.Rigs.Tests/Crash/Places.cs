using System.Globalization;

namespace PatchTools.Rigs.Tests.Crash;

/// <summary>What is done at one place: the process is ended there, or the call fails.</summary>
/// <param name="Number">Of the place, from 1.</param>
/// <param name="Error">Error number; 0 ends the process.</param>
internal sealed record Blow(int Number, int Error)
{
    /// <summary>EIO, ENOSPC, EACCES, EMFILE and EINTR.</summary>
    public static IReadOnlyDictionary<int, string> Errors { get; } =
        new Dictionary<int, string>
        {
            [5] = "EIO",
            [28] = "ENOSPC",
            [13] = "EACCES",
            [24] = "EMFILE",
            [4] = "EINTR",
        };

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"place {Number}, {(Error == 0 ? "killed" : Errors[Error])}");
}

/// <summary>
/// The places of a run at which it can die or fail: every call that opens for writing, creates, writes, renames, links,
/// unlinks, syncs or sets a mode below the directories that are watched. A library that is preloaded counts them, in
/// the order of all threads together.
/// </summary>
internal static class Places
{
    /// <summary>Every place: <c>.ci/long</c>. Else one in ten.</summary>
    public static bool IsExhaustive => Environment.GetEnvironmentVariable("PATCHTOOLS_LONG") == "1";

    private const int FewestDrawn = 3;

    private static readonly Lazy<string> s_library = new(Build);

    /// <summary>Path of the library, built once.</summary>
    public static string Library => s_library.Value;

    /// <summary>Variables that put the library to work.</summary>
    public static IReadOnlyDictionary<string, string> Variables(
        string library,
        string log,
        Blow? blow,
        params IEnumerable<string> watched
    ) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = library,
            ["PLACES_BELOW"] = string.Join(':', watched),
            ["PLACES_LOG"] = log,
            ["PLACES_AT"] = (blow?.Number ?? 0).ToString(CultureInfo.InvariantCulture),
            ["PLACES_ERROR"] = (blow?.Error ?? 0).ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>
    /// Each place with each kind of blow; or one place in ten with one kind, by a seed that is printed and can be given
    /// as <c>PATCHTOOLS_SEED</c>.
    /// </summary>
    /// <param name="count">How many places there are.</param>
    /// <param name="errors">Error numbers; 0 kills.</param>
    public static IReadOnlyList<Blow> Blows(int count, params IEnumerable<int> errors)
    {
        int[] kinds = [.. errors.Where(IsWanted)];
        if (IsExhaustive)
            return [.. kinds.SelectMany(e => Enumerable.Range(1, count).Where(IsOfSlice).Select(n => new Blow(n, e)))];
        var seed = int.TryParse(
            Environment.GetEnvironmentVariable("PATCHTOOLS_SEED"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var given
        )
            ? given
            : Random.Shared.Next();
        var random = new Random(seed);
        int[] numbers = [.. Enumerable.Range(1, count)];
        random.Shuffle(numbers);
        var drawn = Math.Max(FewestDrawn, (count + 9) / 10);
        Print(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {drawn} of {count} places"));
        return [.. numbers.Take(drawn).Select(n => new Blow(n, kinds[random.Next(kinds.Length)]))];
    }

    /// <summary>
    /// <c>PATCHTOOLS_BLOWS=0,28</c> tries only these kinds, so that an exhaustive run can be divided.
    /// </summary>
    private static bool IsWanted(int kind) =>
        Environment.GetEnvironmentVariable("PATCHTOOLS_BLOWS") is not { Length: > 0 } wanted
        || wanted.Split(',').Contains(kind.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>
    /// <c>PATCHTOOLS_SLICE=2/5</c> tries the second of five parts, so that an exhaustive run can be divided further.
    /// </summary>
    private static bool IsOfSlice(int number)
    {
        if (Environment.GetEnvironmentVariable("PATCHTOOLS_SLICE") is not { Length: > 0 } wanted)
            return true;
        var parts = wanted.Split('/');
        var of = int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture);
        return number % of == int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture) % of;
    }

    /// <summary>The calls of a run, from the log: <c>NUMBER CALL PATH</c>.</summary>
    public static IReadOnlyList<string> Read(string log) =>
        File.Exists(log) ? [.. File.ReadAllLines(log).Where(l => l.Length > 0)] : [];

    /// <summary>How many such calls strace sees in the process that a command runs, children not counted.</summary>
    public static int CountWithStrace(string output, params IReadOnlyList<string> watched)
    {
        var lines = File.ReadAllLines(output).Select(line => line.TrimStart().Split(' ', 2)).ToList();

        // A thread runs no program of its own; a child does, or is one.
        var children = lines
            .Where(line => line[1].Contains("execve(", StringComparison.Ordinal))
            .GroupBy(line => line[0], line => line[1], StringComparer.Ordinal)
            .Where(programs => !programs.Any(p => p.Contains("/patchtools-host", StringComparison.Ordinal)))
            .Select(programs => programs.Key)
            .ToHashSet(StringComparer.Ordinal);
        return lines.Count(line =>
            !children.Contains(line[0])
            && watched.Any(w => line[1].Contains(w, StringComparison.Ordinal))
            && !line[1].Contains("execve(", StringComparison.Ordinal)
            && !line[1].Contains("O_RDONLY", StringComparison.Ordinal)
            && !line[1].Contains("O_PATH", StringComparison.Ordinal)
            && !line[1].Contains("resumed>", StringComparison.Ordinal)
        );
    }

    /// <summary>Options of strace for the calls that count.</summary>
    public static IReadOnlyList<string> StraceOptions(string output) =>
        [
            "-f",
            "-qq",
            // What a scenario asks the host after a run is traced too, and must not take the place of the run.
            "-A",
            "-y",
            "-s",
            "0",
            "-e",
            "trace=execve,open,openat,creat,write,writev,pwrite64,pwritev,rename,renameat,renameat2,link,linkat,"
                + "symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,fdatasync,ftruncate,chmod,fchmod,"
                + "fchmodat,fchown",
            "-o",
            output,
        ];

    /// <summary>States what was tried and fails with everything that went wrong.</summary>
    public static void Conclude(string what, int places, IReadOnlyList<Blow> blows, IReadOnlyList<string> wrong)
    {
        foreach (var kind in blows.GroupBy(b => b.Error))
        {
            var name = kind.Key == 0 ? "killed" : Blow.Errors[kind.Key];
            var bad = wrong.Count(w => w.Contains($", {name}:", StringComparison.Ordinal));
            Print(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}, {name}: {kind.Count() - bad} of {kind.Count()} right ({places} places)"
                )
            );
        }

        Assert.True(blows.Count > 0 && wrong.Count == 0, string.Join('\n', wrong));
    }

    public static void Print(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("PATCHTOOLS_FIGURES") is { Length: > 0 } figures)
            File.AppendAllText(figures, line + "\n");
    }

    private static string Build()
    {
        Rig.NeedsCommands("gcc", "strace");
        var source = Path.Combine(AppContext.BaseDirectory, "Crash", "places.c");
        var library = Path.Combine(Directory.CreateTempSubdirectory("patchtools-places-").FullName, "places.so");
        RigProcess
            .Run("gcc", "-shared", "-fPIC", "-O1", "-Wno-nonnull-compare", "-o", library, source, "-ldl")
            .Expect();
        return library;
    }
}
