using System.Buffers;
using System.Globalization;
using System.Text.Json;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Ports;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// <c>first-seen.json</c> in PatchTools' own data directory: when versions were first offered to this host
/// (<see cref="ApprovalDateSource.FirstSeen"/>).
/// </summary>
internal sealed class FirstSeenFile(HostContext host, IRunObserver observer)
{
    private const string Format = "patchtools-first-seen/1";

    public string Path { get; } = System.IO.Path.Combine(host.Paths.DataDirectory, "first-seen.json");

    /// <summary>
    /// The dates for an evaluation of this inventory: what the file knows, and the clock for what it does not. Another
    /// host's inventory has no dates here, so it gets none, with a warning.
    /// </summary>
    /// <param name="inventory">The inventory.</param>
    /// <param name="save">Remember them: an operation does, a mere comparison writes nothing. A file that cannot be
    /// written is a warning; the next run starts again.</param>
    public FirstSeenDates Advance(HostInventory inventory, bool save)
    {
        if (inventory.Origin != InventoryOrigin.Host)
        {
            observer.Warning(
                "When versions were first seen is known of this host only; the delays of the baseline are not applied."
            );
            return FirstSeenDates.Empty;
        }

        if (inventory.Family != PackageFamily.Apt)
            return FirstSeenDates.Empty;
        var known = Read(out var isDamaged);
        var dates = FirstSeen.Advance(known, inventory, host.Clock.GetUtcNow());
        if (known.Count == 0)
            observer.Verbose($"{dates.Count} versions are seen for the first time; approval delays count from now.");
        if (!save || dates.SameAs(known))
            return dates;
        try
        {
            if (isDamaged)
                SetAside();
            AtomicFile.Write(Path, Serialize(dates));
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            observer.Warning($"{e.Message} What was seen first in this run will count from a later one.");
        }

        return dates;
    }

    /// <summary>
    /// What earlier runs saw; empty when there is no file. A damaged file is a warning, and approval delays start
    /// again.
    /// </summary>
    public FirstSeenDates Read(out bool isDamaged)
    {
        isDamaged = false;
        try
        {
            return Parse(StrictJson.ReadFile(Path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return FirstSeenDates.Empty;
        }
        catch (InvalidDataException e)
        {
            isDamaged = true;
            observer.Warning(
                $"The first-seen dates in {Path} are damaged ({e.Message}); every version counts from now."
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning(
                $"The first-seen dates in {Path} cannot be read ({e.Message}); every version counts from now."
            );
        }

        return FirstSeenDates.Empty;
    }

    // {"format":"patchtools-first-seen/1",
    //  "versions":[["openssl","amd64","3.0.11-1~deb12u2","security","2026-07-01T12:00:00Z"]]}
    public static byte[] Serialize(FirstSeenDates dates)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteStartArray("versions");
        foreach (
            var (version, date) in dates
                .All.OrderBy(d => d.Key.Name, StringComparer.Ordinal)
                .ThenBy(d => d.Key.Architecture, StringComparer.Ordinal)
                .ThenBy(d => d.Key.Edition, StringComparer.Ordinal)
                .ThenBy(d => d.Key.IsSecurity)
        )
        {
            json.WriteStartArray();
            json.WriteStringValue(version.Name);
            json.WriteStringValue(version.Architecture);
            json.WriteStringValue(version.Edition);
            json.WriteStringValue(version.IsSecurity ? "security" : "any");
            json.WriteStringValue(
                date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
            );
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">Not such a file; the message says where.</exception>
    public static FirstSeenDates Parse(byte[] content)
    {
        using var document = StrictJson.Parse(content);
        var root = StrictJson.Object(document.RootElement, "the document");
        if (!root.TryGetValue("format", out var format) || StrictJson.Text(format, "format") != Format)
            throw new InvalidDataException($"format is not {Format}");
        if (!root.TryGetValue("versions", out var versions) || versions.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("versions is not an array");
        Dictionary<SeenVersion, DateTimeOffset> dates = [];
        var index = 0;
        foreach (var row in versions.EnumerateArray())
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"versions[{index++}]");
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != 5)
                throw new InvalidDataException($"{where} is not an array of five");
            string[] texts = [.. row.EnumerateArray().Select(e => StrictJson.Text(e, where))];
            if (
                texts[3] is not ("any" or "security")
                || !DateTimeOffset.TryParse(
                    texts[4],
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var date
                )
            )
                throw new InvalidDataException($"{where} has no kind or no time");
            dates[new SeenVersion(texts[0], texts[1], texts[2], texts[3] == "security")] = date;
        }

        return new FirstSeenDates(dates);
    }

    private void SetAside()
    {
        try
        {
            observer.Warning($"The damaged first-seen dates were kept as {DamagedFiles.Keep(host, Path).Copy}.");
        }
        catch (Exception e) when (e is PatchToolsException or IOException or UnauthorizedAccessException)
        {
            observer.Warning($"The damaged first-seen dates in {Path} are replaced and could not be kept: {e.Message}");
        }
    }
}
