using System.Text.Json;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Reports.Saving;
using PatchTools.Reports.Sinks.Ssm;

namespace PatchTools.Reports.Spool;

/// <summary>A report that the service does not have yet, both items in full.</summary>
/// <param name="Path">Its file; empty before it is kept.</param>
/// <param name="InstanceId">Whom it is about.</param>
/// <param name="Region">Where it goes.</param>
/// <param name="Summary">The summary item.</param>
/// <param name="Compliance">The compliance item, with content.</param>
internal sealed record SpooledReport(
    string Path,
    string InstanceId,
    string Region,
    InventoryItem Summary,
    InventoryItem Compliance
)
{
    /// <summary>When the report was made; orders the spool.</summary>
    public string CaptureTime => Summary.CaptureTime;

    public string SnapshotId => Summary.Content![0].FirstOrDefault(m => m.Key == "SnapshotId").Value ?? "";
}

/// <summary>
/// Reports on their way to the service: one file (0600) each in PatchTools' own data directory, written before the
/// upload and removed after it, so that a killed run loses none. The newest <see cref="Kept"/> stay.
/// </summary>
internal sealed class ReportSpool(HostContext host, IRunObserver observer)
{
    public const int Kept = 20;

    private readonly string _directory = Path.Combine(host.Paths.DataDirectory, "spool");

    /// <summary>
    /// Keeps the report, and drops the oldest beyond the bound with a warning that says what is lost.
    /// </summary>
    /// <returns>The same with its path.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public SpooledReport Add(SpooledReport report)
    {
        var path = Path.Combine(_directory, SummaryHistory.NameOf(report.CaptureTime, report.Summary.ContentHash));
        AtomicFile.CreateDirectory(_directory, AtomicFile.PrivateDirectory);
        RememberedLists.GiveWayTo(
            () => AtomicFile.Write(path, Serialize(report), AtomicFile.PrivateFile),
            host,
            observer
        );
        Trim();
        return report with { Path = path };
    }

    /// <summary>
    /// Every report that is kept, oldest first. A file that cannot be read is renamed to <c>….damaged</c> with a
    /// warning.
    /// </summary>
    public IReadOnlyList<SpooledReport> Read()
    {
        List<SpooledReport> reports = [];
        foreach (var file in Files())
        {
            try
            {
                reports.Add(Parse(StrictJson.ReadFile(file), file));
            }
            catch (InvalidDataException e)
            {
                SetAside(file, e);
            }
            catch (FileNotFoundException)
            {
                observer.Debug($"{file} is gone: another run has sent it.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                observer.Warning($"The unsent report {file} cannot be read: {e.Message}");
            }
        }

        return reports;
    }

    /// <summary>
    /// Removes a report that the service has, and every older one of the same instance: an upload replaces what the
    /// service knows.
    /// </summary>
    public void RemoveSent(SpooledReport sent)
    {
        if (sent.Path.Length > 0)
            Remove(sent.Path);
        foreach (
            var older in Read()
                .Where(r =>
                    r.InstanceId == sent.InstanceId && string.CompareOrdinal(r.CaptureTime, sent.CaptureTime) <= 0
                )
        )
        {
            if (Remove(older.Path))
                observer.Verbose(
                    $"The unsent report of {older.CaptureTime} was dropped: the service has a newer one of "
                        + $"{older.InstanceId}."
                );
        }
    }

    public bool Remove(string path)
    {
        try
        {
            AtomicFile.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning($"{path} could not be deleted: {e.Message}");
            return false;
        }
    }

    /// <summary>The file's bytes.</summary>
    public static byte[] Serialize(SpooledReport report)
    {
        var json = new PythonJsonWriter();
        json.BeginObject()
            .Member("InstanceId", report.InstanceId)
            .Member("Region", report.Region)
            .Name("Items")
            .BeginArray();
        ReportItems.Write(json, report.Summary);
        ReportItems.Write(json, report.Compliance);
        json.EndArray().EndObject();
        return json.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a kept report, or its hashes do not fit; the message says
    /// where.</exception>
    public static SpooledReport Parse(byte[] content, string path)
    {
        using var document = StrictJson.Parse(content);
        var root = StrictJson.Object(document.RootElement, "the document");
        if (
            !root.TryGetValue("Items", out var items)
            || items.ValueKind != JsonValueKind.Array
            || items.GetArrayLength() != 2
        )
            throw new InvalidDataException("Items is not an array of two");
        var summary = Item(items[0], "Items[0]");
        var compliance = Item(items[1], "Items[1]");
        return
            summary is { TypeName: ReportItems.SummaryType, Content.Count: 1 }
            && compliance.TypeName == ReportItems.ComplianceType
            ? new SpooledReport(path, Text(root, "InstanceId"), Text(root, "Region"), summary, compliance)
            : throw new InvalidDataException("the items are not a summary and a compliance item");
    }

    private static InventoryItem Item(JsonElement element, string where)
    {
        var members = StrictJson.Object(element, where);
        if (!members.TryGetValue("Content", out var array) || array.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException($"{where}.Content is not an array");
        List<IReadOnlyList<KeyValuePair<string, string>>> content =
        [
            .. array.EnumerateArray().Select(entry => Texts(entry, $"{where}.Content").ToList()),
        ];
        var item = new InventoryItem
        {
            TypeName = Text(members, "TypeName"),
            SchemaVersion = Text(members, "SchemaVersion"),
            ContentHash = Text(members, "ContentHash"),
            CaptureTime = Text(members, "CaptureTime"),
            Content = content,
            Context = members.TryGetValue("Context", out var context)
                ? Texts(context, $"{where}.Context").ToDictionary(StringComparer.Ordinal)
                : null,
        };
        return ReportItems.ContentHash(content) == item.ContentHash
            ? item
            : throw new InvalidDataException($"{where}.ContentHash does not fit its content");
    }

    private static IEnumerable<KeyValuePair<string, string>> Texts(JsonElement element, string where) =>
        StrictJson
            .Object(element, where)
            .Select(m => KeyValuePair.Create(m.Key, StrictJson.Text(m.Value, $"{where}.{m.Key}")));

    private static string Text(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var element)
            ? StrictJson.Text(element, name)
            : throw new InvalidDataException($"{name} is missing");

    private void Trim()
    {
        foreach (var lost in Files().SkipLast(Kept))
        {
            var what = Content(lost);
            if (Remove(lost))
                observer.Warning(
                    $"{what} was dropped: at most {Kept} unsent reports are kept. The service will never see it."
                );
        }
    }

    /// <summary>What is lost with a file, as far as it can be read.</summary>
    private static string Content(string file)
    {
        var name = $"The unsent report {Path.GetFileNameWithoutExtension(file)}";
        try
        {
            var report = Parse(StrictJson.ReadFile(file), file);
            var open = StateWords
                .All.Where(word => !word.IsCompliant)
                .Select(word => $"{word.Name.ToLowerInvariant()} {Count($"{word.Wire}Count")}");
            return $"{name} of {report.InstanceId} from {report.CaptureTime} " + $"({string.Join(", ", open)})";

            string Count(string member) => report.Summary.Content![0].FirstOrDefault(m => m.Key == member).Value ?? "?";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return $"{name}, which cannot be read,";
        }
    }

    private string[] Files()
    {
        try
        {
            return [.. Directory.GetFiles(_directory, "*.json").Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning($"The unsent reports in {_directory} cannot be read: {e.Message}");
            return [];
        }
    }

    private void SetAside(string file, InvalidDataException cause)
    {
        var damaged = file + ".damaged";
        try
        {
            AtomicFile.Rename(file, Path.GetFileName(damaged));
            observer.Warning($"The unsent report {file} is damaged ({cause.Message}) and was set aside as {damaged}.");
            foreach (
                var oldest in Directory.GetFiles(_directory, "*.damaged").Order(StringComparer.Ordinal).SkipLast(Kept)
            )
                Remove(oldest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning(
                $"The unsent report {file} is damaged ({cause.Message}) and could not be set aside: {e.Message}"
            );
        }
    }
}
