namespace PatchTools;

/// <summary>One entry of the states file (reference 06 §6).</summary>
public sealed record StoredPatchState(string Id, EpochTime? InstalledTime, string State) : ShownRecord;

/// <summary>
/// Content of <c>patch-states-configuration.json</c>: what the last run left, by title, in file order.
/// </summary>
/// <param name="States">Entries by title.</param>
/// <param name="LastNoRebootInstallOperationTime">T of reference 06 §3: epoch seconds, 0 for never.</param>
public sealed record StoredPatchStates(
    IReadOnlyDictionary<string, StoredPatchState> States,
    long LastNoRebootInstallOperationTime
) : ShownRecord
{
    public static StoredPatchStates Empty { get; } =
        new(new Dictionary<string, StoredPatchState>(StringComparer.Ordinal), 0);
}
