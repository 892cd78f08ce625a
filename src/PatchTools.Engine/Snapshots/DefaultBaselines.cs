using PatchTools.Errors;

namespace PatchTools.Snapshots;

/// <summary>
/// AWS's predefined baselines, embedded (spec 20 §5): what applies to a host of an account that has not chosen anything else. Without baseline ids: those
/// differ by region.
/// </summary>
public static class DefaultBaselines
{
    private const string Prefix = "baselines/";
    private const string Suffix = ".json";

    private static readonly Lazy<IReadOnlyDictionary<string, PatchBaseline>> Baselines = new(ReadAll);

    /// <summary>All of them, by name of the operating system.</summary>
    public static IReadOnlyList<PatchBaseline> All => [.. Baselines.Value.Values];

    /// <param name="awsName">AWS's enum text, <c>DEBIAN</c>.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.NoDefaultBaseline"/>.</exception>
    public static PatchBaseline For(string awsName) =>
        Baselines.Value.TryGetValue(awsName, out var baseline)
            ? baseline
            : throw new PatchToolsException(PatchErrors.NoDefaultBaseline, $"AWS has no predefined baseline for {awsName}; there is one for {string.Join(", ", Baselines.Value.Keys)}.", awsName);

    private static SortedDictionary<string, PatchBaseline> ReadAll()
    {
        var assembly = typeof(DefaultBaselines).Assembly;
        var baselines = new SortedDictionary<string, PatchBaseline>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Prefix, StringComparison.Ordinal) || !resource.EndsWith(Suffix, StringComparison.Ordinal))
                continue;
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            baselines.Add(resource[Prefix.Length..^Suffix.Length], SnapshotReader.Read(content, resource).Baseline);
        }

        return baselines;
    }
}
