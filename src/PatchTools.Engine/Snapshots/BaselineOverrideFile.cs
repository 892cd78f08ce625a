using System.Text;
using PatchTools.Errors;
using PatchTools.Json;

namespace PatchTools.Snapshots;

/// <summary>
/// Reads a baseline override: a JSON list with one baseline, in the API's spelling, for each operating system
/// (reference 05 §3).
/// </summary>
internal static class BaselineOverrideFile
{
    /// <summary>
    /// The entry for one operating system. Only that entry is read in full; of the others only <c>OperatingSystem</c>.
    /// </summary>
    /// <param name="content">The file, UTF-8 JSON, plain or gzip.</param>
    /// <param name="location">Where it came from, for messages, without query.</param>
    /// <param name="awsName">The host's operating system, compared exactly.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.BaselineOverrideAccessDenied"/>, <see cref="PatchErrors.BaselineOverrideNotAList"/>,
    /// <see cref="PatchErrors.BaselineOverrideMalformed"/>, <see cref="PatchErrors.BaselineOverrideNoEntry"/>,
    /// <see cref="PatchErrors.BaselineOverrideSeveralEntries"/>.
    /// </exception>
    public static PatchBaseline Select(ReadOnlyMemory<byte> content, string location, string awsName)
    {
        var source = new DocumentSource(location, PatchErrors.BaselineOverrideMalformed);
        var text = JsonDocuments.Decode(content, source);

        // A denied download may arrive as a body like any other: S3's XML, which is not JSON, so it is recognised
        // before parsing.
        if (JsonDocuments.XmlErrorCode(text.Span) is "AccessDenied")
            throw Denied(location);

        using var document = JsonDocuments.Parse(text, source);
        var root = new JsonPlace(source, document.RootElement);
        if (root.IsString && IsDenial(root.Text()))
            throw Denied(location);
        if (!root.IsArray)
            throw root.Under(PatchErrors.BaselineOverrideNotAList).Wanted("a list of baselines");

        var names = BaselineSpelling.Service;
        var systems = new List<string>();
        var matches = new List<JsonPlace>();
        foreach (var entry in root.Items())
        {
            var system = entry.RequireObject().Get(names.OperatingSystem).Text();
            systems.Add(system);
            if (system == awsName)
                matches.Add(entry);
        }

        return matches.Count switch
        {
            1 => BaselineReader.Read(matches[0], names, BaselineCompleteness.OperatingSystem) with
            {
                BaselineId = null,
            },
            0 => throw new PatchToolsException(
                PatchErrors.BaselineOverrideNoEntry,
                $"{location}: the baseline override has no entry for {awsName}; "
                    + $"{(systems.Count == 0 ? "it is empty" : $"it has {Join(systems)}")}.",
                location
            ),
            _ => throw new PatchToolsException(
                PatchErrors.BaselineOverrideSeveralEntries,
                $"{location}: the baseline override has {string.Join(" and ", matches.Select(m => m.Path))} "
                    + $"for {awsName}, wanted one.",
                location
            ),
        };
    }

    private static PatchToolsException Denied(string location) =>
        new(
            PatchErrors.BaselineOverrideAccessDenied,
            $"{location}: access to the baseline override is denied; the answer was S3's error body.",
            location
        );

    /// <summary>The reference's own test, of a body that parses as one text (reference 05 §1).</summary>
    private static bool IsDenial(string text) =>
        text.Contains("Error", StringComparison.Ordinal)
        && text.Contains("AccessDenied", StringComparison.Ordinal)
        && text.Contains("Access Denied", StringComparison.Ordinal);

    private static string Join(List<string> systems)
    {
        var shown = new StringBuilder();
        foreach (var system in systems.Distinct(StringComparer.Ordinal).Take(20))
            shown.Append(shown.Length > 0 ? ", " : "").Append(JsonPlace.Quote(system));
        return shown.ToString();
    }
}
