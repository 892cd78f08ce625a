using PatchTools.Errors;
using PatchTools.Json;

namespace PatchTools.Snapshots;

/// <summary>
/// Reads a snapshot or a baseline from JSON, plain or gzip (reference 02 §5, §6). Four shapes are told apart by their
/// members, see <see cref="SnapshotForm"/>. Strict: a value of the wrong type or meaning is an error that names its
/// JSON path, what was found and what was wanted. Unknown members are ignored.
/// </summary>
internal static class SnapshotReader
{
    /// <summary>Largest document, after decompression: 16 MiB.</summary>
    public const int MaxBytes = JsonDocuments.MaxBytes;

    /// <param name="content">The document: UTF-8 JSON, with or without byte-order mark, plain or gzip.</param>
    /// <param name="location">Where it came from, for messages: a path, or a URL without its query.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.SnapshotMalformed"/>: no JSON, cut off, too large, or not the shape of a snapshot;
    /// <see cref="PatchErrors.BaselineInvalid"/>: a fault inside the baseline.
    /// </exception>
    public static SnapshotDocument Read(ReadOnlyMemory<byte> content, string location)
    {
        var source = new DocumentSource(location, PatchErrors.SnapshotMalformed);
        using var document = JsonDocuments.Parse(content, source);
        var root = new JsonPlace(source, document.RootElement);
        if (!root.IsObject)
            throw root.Wanted("an object: a snapshot or a baseline");

        if (root.Find("patchBaseline") is { } baseline)
            return ReadSnapshot(root, baseline);
        if (LooksLike(root, BaselineSpelling.Snapshot))
            return Bare(root, BaselineSpelling.Snapshot, SnapshotForm.Baseline);
        if (LooksLike(root, BaselineSpelling.Service))
            return Bare(root, BaselineSpelling.Service, SnapshotForm.ServiceBaseline);
        throw root.Fault(
            "has no patchBaseline, and is not a bare baseline either: it has neither operatingSystem nor "
                + "OperatingSystem"
        );
    }

    private static SnapshotDocument ReadSnapshot(JsonPlace root, JsonPlace baseline)
    {
        if (!baseline.IsObject)
            throw baseline.Wanted("an object");
        var snapshotId = Text(root, "snapshotId");
        if (snapshotId is not null && !SnapshotIds.IsValid(snapshotId))
            throw root.Get("snapshotId").Wanted("a GUID of 36 characters");
        return new SnapshotDocument(
            BaselineReader.Read(
                baseline.Under(PatchErrors.BaselineInvalid),
                BaselineSpelling.Snapshot,
                BaselineCompleteness.Snapshot
            ),
            Text(root, "patchGroup") ?? "",
            snapshotId,
            Text(root, "product"),
            Text(root, "instanceId"),
            Text(root, "region"),
            Text(root, "baselineOverride"),
            snapshotId is null ? SnapshotForm.Service : SnapshotForm.Saved
        );
    }

    private static SnapshotDocument Bare(JsonPlace root, BaselineSpelling names, SnapshotForm form) =>
        new(
            BaselineReader.Read(root.Under(PatchErrors.BaselineInvalid), names, BaselineCompleteness.Deciding),
            "",
            null,
            null,
            null,
            null,
            null,
            form
        );

    private static bool LooksLike(JsonPlace root, BaselineSpelling names) =>
        root.Has(names.OperatingSystem)
        || root.Has(names.ApprovalRules)
        || root.Has(names.ApprovedPatches)
        || root.Has(names.BaselineId);

    /// <summary>Absent, null and empty are the same.</summary>
    private static string? Text(JsonPlace root, string name) =>
        root.FindNonNull(name)?.Text() is { Length: > 0 } text ? text : null;
}
