using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Differential.Tests;

/// <summary>A random host that can be made smaller.</summary>
/// <typeparam name="T">The universe itself.</typeparam>
internal interface IUniverse<T>
{
    /// <summary>The same universe without one of its parts, largest parts first.</summary>
    IEnumerable<T> Smaller();

    /// <summary>Names of what it holds, for the count that shows whether the generator is a toy.</summary>
    IEnumerable<string> Features();
}

/// <summary>What a real package manager and PatchTools said of one universe.</summary>
/// <param name="Lines">Where they differ, one line each, with both answers; empty where they agree.</param>
/// <param name="HasUpdate">There was an update to find.</param>
internal sealed record Comparison(IReadOnlyList<string> Lines, bool HasUpdate);

/// <summary>
/// Runs many universes past a judge, shrinks those where PatchTools differs, and keeps them as cases.
/// </summary>
internal static class Differences
{
    /// <summary>
    /// A shrink that takes more than this many comparisons keeps what it has; <c>PATCHTOOLS_SHRINKS</c> sets it.
    /// </summary>
    private static readonly int MostShrinks = int.TryParse(
        Environment.GetEnvironmentVariable("PATCHTOOLS_SHRINKS"),
        out var shrinks
    )
        ? shrinks
        : 200;

    /// <summary>
    /// Whether the first difference ends the search (<c>PATCHTOOLS_FIRST=1</c>): <c>.ci/planted</c> asks for no more.
    /// </summary>
    private static readonly bool EndsAtFirst = Environment.GetEnvironmentVariable("PATCHTOOLS_FIRST") == "1";

    /// <summary>Universes that are shrunk and told of, of all that differ.</summary>
    private const int MostReports = 3;

    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>
    /// How many universes: <c>PATCHTOOLS_UNIVERSES</c> for all managers, else <paramref name="usual"/>, or
    /// <paramref name="many"/> in a long run.
    /// </summary>
    public static int Count(int usual, int many) =>
        int.TryParse(Environment.GetEnvironmentVariable("PATCHTOOLS_UNIVERSES"), out var count) ? count
        : Environment.GetEnvironmentVariable("PATCHTOOLS_LONG") == "1" ? many
        : usual;

    /// <summary>
    /// Compares universes until the count is reached, and fails with the first few that differ, shrunk.
    /// </summary>
    /// <param name="manager">Name of the package manager that judges.</param>
    /// <param name="count">How many universes.</param>
    /// <param name="make">The universe of a draw.</param>
    /// <param name="compare">Asks both.</param>
    /// <param name="needed">Features that at least one universe in twenty must have.</param>
    public static void Search<T>(
        string manager,
        int count,
        Func<Draw, T> make,
        Func<T, Comparison> compare,
        IReadOnlyList<string> needed
    )
        where T : IUniverse<T>
    {
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"{manager}: {count} universes of seed {Draws.Seed} (PATCHTOOLS_SEED sets it).");
        var features = new Dictionary<string, int>(StringComparer.Ordinal);
        List<string> found = [];
        var updates = 0;
        var differing = 0;
        var compared = 0;
        var shrunk = 0;
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            (number, search) =>
            {
                var universe = make(new Draw(Draws.Seed, number));
                var comparison = compare(universe);
                lock (features)
                {
                    foreach (var feature in universe.Features().Distinct(StringComparer.Ordinal))
                        features[feature] = features.GetValueOrDefault(feature) + 1;
                    foreach (var line in comparison.Lines)
                        output?.WriteLine($"{manager} {number}: {line}");
                    updates += comparison.HasUpdate ? 1 : 0;
                    compared++;
                    differing += comparison.Lines.Count > 0 ? 1 : 0;
                    if (comparison.Lines.Count == 0)
                        return;
                    if (EndsAtFirst)
                        search.Stop();
                    Keep(manager, $"{number}-whole", universe);
                    if (shrunk == MostReports)
                        return;
                    shrunk++;
                }

                var text = Report(manager, number, Shrunk(universe, comparison, compare), compare);
                lock (features)
                    found.Add(text);
            }
        );
        foreach (var (feature, number) in features.OrderBy(f => f.Key, StringComparer.Ordinal))
            output?.WriteLine($"{manager}: {100.0 * number / compared, 5:0.0} % {feature}");
        var rarest = needed.MinBy(f => features.GetValueOrDefault(f))!;
        var figures =
            $"{manager}: {compared} universes of seed {Draws.Seed} compared, {updates} with an update to find, "
            + $"{differing} differ; the rarest feature is '{rarest}', in {features.GetValueOrDefault(rarest)}.";
        output?.WriteLine(figures);
        if (Environment.GetEnvironmentVariable("PATCHTOOLS_FIGURES") is { Length: > 0 } file)
            File.AppendAllText(file, figures + "\n");
        Assert.True(
            differing == 0,
            $"{differing} of {compared} universes differ (seed {Draws.Seed}).\n{string.Join('\n', found)}"
        );
        if (count < 60)
            return;
        Assert.All(needed, f => Assert.True(features.GetValueOrDefault(f) * 20 >= count, $"'{f}' is too rare"));
        Assert.True(updates * 5 >= count, "Too few universes have an update to find.");
    }

    /// <summary>A kept case, read from its file.</summary>
    public static T Read<T>(string path) => JsonSerializer.Deserialize<T>(File.ReadAllText(path), Form)!;

    /// <summary>Leaves out part after part while the first difference stays.</summary>
    private static T Shrunk<T>(T universe, Comparison comparison, Func<T, Comparison> compare)
        where T : IUniverse<T>
    {
        var kind = Kind(comparison.Lines[0]);
        var tried = 0;
        for (var shrinks = true; shrinks && tried < MostShrinks; )
        {
            shrinks = false;
            foreach (var smaller in universe.Smaller())
            {
                if (++tried > MostShrinks)
                    break;
                if (!compare(smaller).Lines.Any(l => Kind(l) == kind))
                    continue;
                universe = smaller;
                shrinks = true;
                break;
            }
        }

        return universe;
    }

    // "candidate of p1: …" stays a difference of candidates, whichever package shows it.
    private static string Kind(string line) => line.Split(' ')[0];

    private static string Report<T>(string manager, int number, T universe, Func<T, Comparison> compare)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Universe {number}, shrunk:");
        foreach (var line in compare(universe).Lines)
            text.AppendLine("  " + line);
        var file = Keep(manager, number.ToString(CultureInfo.InvariantCulture), universe);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Kept as {file}; put it under Cases/{manager} to have it compared in every run."
        );
        text.AppendLine(File.ReadAllText(file));
        return text.ToString();
    }

    /// <summary>Path of the file in the machine's place for temporary files.</summary>
    private static string Keep<T>(string manager, string name, T universe)
    {
        var folder = Path.Combine(Path.GetTempPath(), "patchtools-differences");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{manager}-{Draws.Seed}-{name}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(universe, Form));
        return file;
    }
}
