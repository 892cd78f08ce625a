using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Json;

namespace PatchTools.Snapshots;

/// <summary>The forms of the service's identifiers.</summary>
internal static partial class SnapshotIds
{
    /// <summary>A new one: GUID version 4, lower case (reference 02 §2).</summary>
    public static string New() => Guid.NewGuid().ToString("D");

    /// <summary>The pattern of the document parameter (reference 01 §1): a GUID, any case.</summary>
    public static bool IsValid(string text) => SnapshotId().IsMatch(text);

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidSnapshotId"/>; null is right.</exception>
    public static void Check(string? text)
    {
        if (text is not null && !IsValid(text))
            throw new PatchToolsException(
                PatchErrors.InvalidSnapshotId,
                $"{JsonPlace.Quote(text)} is not a snapshot id.",
                text
            );
    }

    /// <summary>The service's own baseline id.</summary>
    public static bool IsServiceBaseline(string? text) => text is not null && BaselineId().IsMatch(text);

    [GeneratedRegex(
        @"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex SnapshotId();

    [GeneratedRegex(@"^pb-[0-9a-f]{17}\z", RegexOptions.CultureInvariant)]
    private static partial Regex BaselineId();
}
