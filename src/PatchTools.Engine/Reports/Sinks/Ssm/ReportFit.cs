using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>A compliance item that fits, and what it cost.</summary>
/// <param name="Compliance">With the hash of what is left.</param>
/// <param name="CveIdsDropped">No entry has CVE ids any more.</param>
/// <param name="ValuesCut">Values that were longer than the service takes.</param>
/// <param name="Omitted">Entries that were left out.</param>
/// <param name="OmittedNonCompliant">Of those, entries that do not comply.</param>
internal sealed record FittedItem(
    InventoryItem Compliance,
    bool CveIdsDropped,
    int ValuesCut,
    int Omitted,
    int OmittedNonCompliant
);

/// <summary>
/// Makes a compliance item small enough before it is sent. First go the CVE ids, as the reference drops them when it is
/// refused; then whole entries, the least important first (<see cref="Importance"/>). What stays keeps its order, so
/// that the same report always gives the same hash. The summary's counts are of the whole report and stay exact. Pure.
/// </summary>
internal static class ReportFit
{
    /// <summary>Envelope of the call and of its items: names, instance id, times, hashes.</summary>
    private const int EnvelopeBytes = 2048;

    /// <param name="summary">Sent in the same call, always whole.</param>
    /// <param name="compliance">With content.</param>
    /// <param name="limits">What the service takes.</param>
    /// <param name="withCveIds">False: they are dropped even where they would fit.</param>
    public static FittedItem Fit(
        InventoryItem summary,
        InventoryItem compliance,
        UploadLimits limits,
        bool withCveIds = true
    )
    {
        var cut = 0;
        List<IReadOnlyList<KeyValuePair<string, string>>> entries =
        [
            .. compliance.Content!.Select(entry => Cut(entry, limits.ValueCharacters, ref cut)),
        ];
        var room = Math.Min(limits.ItemBytes, limits.CallBytes - summary.Content!.Sum(SizeOf)) - EnvelopeBytes;
        var dropsCveIds = !withCveIds || entries.Sum(SizeOf) > room;
        if (dropsCveIds)
            entries = [.. entries.Select(entry => ReportItems.WithoutCveIds(entry))];

        var kept = Kept(entries, room, limits.Entries);
        var omitted = entries.Count - kept.Count;
        var content = omitted == 0 ? entries : [.. kept.Order().Select(index => entries[index])];
        if (!dropsCveIds && cut == 0 && omitted == 0)
            return new FittedItem(compliance, CveIdsDropped: false, ValuesCut: 0, Omitted: 0, OmittedNonCompliant: 0);
        return new FittedItem(
            compliance with
            {
                Content = content,
                ContentHash = ReportItems.ContentHash(content),
            },
            dropsCveIds,
            cut,
            omitted,
            entries.Count(IsNonCompliant) - content.Count(IsNonCompliant)
        );
    }

    /// <summary>
    /// Indexes of what stays, in rank order: the first that does not fit any more ends it, so that nothing stays whose
    /// better is gone.
    /// </summary>
    private static List<int> Kept(List<IReadOnlyList<KeyValuePair<string, string>>> entries, int room, int count)
    {
        List<int> kept = [];
        foreach (var index in Enumerable.Range(0, entries.Count).OrderBy(i => Rank(entries[i])))
        {
            room -= SizeOf(entries[index]);
            if (room < 0 || kept.Count == count)
                break;
            kept.Add(index);
        }

        return kept;
    }

    private static int Rank(IReadOnlyList<KeyValuePair<string, string>> entry) =>
        Importance.Rank(
            StateWords.OfWire(Value(entry, "PatchState")),
            Enum.TryParse(Value(entry, "Severity"), out ComplianceLevel level) ? level : ComplianceLevel.UNSPECIFIED,
            Value(entry, "Classification"),
            Value(entry, "PatchSeverity")
        );

    private static bool IsNonCompliant(IReadOnlyList<KeyValuePair<string, string>> entry) =>
        Value(entry, "Status") == "NON_COMPLIANT";

    private static string Value(IReadOnlyList<KeyValuePair<string, string>> entry, string name) =>
        entry.FirstOrDefault(m => m.Key == name).Value ?? "";

    /// <summary>
    /// Bytes of an entry as JSON, never less than what travels: whatever some writer of JSON escapes counts as an
    /// escape.
    /// </summary>
    private static int SizeOf(IReadOnlyList<KeyValuePair<string, string>> entry)
    {
        const int Brackets = 4;
        const int Quotes = 8;
        const int Escape = 6;
        var size = Brackets;
        foreach (var (name, value) in entry)
        {
            size += name.Length + Quotes;
            foreach (var character in value)
                size += character is >= ' ' and <= '~' and not ('"' or '\\' or '<' or '>' or '&' or '\'' or '+' or '`')
                    ? 1
                    : Escape;
        }

        return size;
    }

    /// <summary>A list of CVE ids ends with a whole one; any other text where it must.</summary>
    private static List<KeyValuePair<string, string>> Cut(
        IReadOnlyList<KeyValuePair<string, string>> entry,
        int characters,
        ref int cut
    )
    {
        List<KeyValuePair<string, string>> members = [];
        foreach (var (name, value) in entry)
        {
            if (value.Length <= characters)
            {
                members.Add(new(name, value));
                continue;
            }

            cut++;
            var end =
                name == ReportItems.CveIds && value.LastIndexOf(',', characters) is > 0 and var comma
                    ? comma
                    : characters;
            members.Add(new(name, value[..(char.IsHighSurrogate(value[end - 1]) ? end - 1 : end)]));
        }

        return members;
    }
}
