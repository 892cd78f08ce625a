using System.Globalization;
using System.Text.Json;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Ports;
using PatchTools.Reports.Completing;

namespace PatchTools.Reports.Saving;

/// <summary>What the states file said, and what was wrong with it.</summary>
/// <param name="States">Empty when the file is absent, empty or damaged.</param>
/// <param name="Warning">For the inventory's warnings; null when all is well.</param>
/// <param name="IsDamaged">The file has content that means nothing; <see cref="PatchStatesFile.Write"/> sets it
/// aside.</param>
internal sealed record PatchStatesReading(StoredPatchStates States, string? Warning, bool IsDamaged);

/// <summary>
/// <c>patch-configuration/patch-states-configuration.json</c>: what each run leaves for the next (reference 06 §6).
/// </summary>
internal sealed class PatchStatesFile(HostContext host, IRunObserver observer)
{
    private const string FileName = "patch-states-configuration.json";

    /// <summary>Doubles hold integers exactly up to here.</summary>
    private const double MaxExactInteger = 9007199254740992;

    public string Path { get; } = System.IO.Path.Combine(host.Paths.StateDirectory, "patch-configuration", FileName);

    /// <summary>
    /// Reads and changes nothing. Absent or empty: no states. Damaged, or a time of the last install that cannot be
    /// (negative, in the future): no states and a warning; the reference deletes the file, or the whole directory, at
    /// this point.
    /// </summary>
    public PatchStatesReading Read()
    {
        try
        {
            var content = StrictJson.ReadFile(Path);
            return content.Length == 0
                ? new(StoredPatchStates.Empty, null, IsDamaged: false)
                : new(Parse(content, host.Clock.GetUtcNow()), null, IsDamaged: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(StoredPatchStates.Empty, null, IsDamaged: false);
        }
        catch (InvalidDataException e)
        {
            return new(
                StoredPatchStates.Empty,
                $"The states file {Path} is damaged ({e.Message}); the run goes on without what it knew of "
                    + $"pending reboots.",
                IsDamaged: true
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(
                StoredPatchStates.Empty,
                $"The states file {Path} cannot be read ({e.Message}); the run goes on without what it knew "
                    + $"of pending reboots.",
                IsDamaged: false
            );
        }
    }

    /// <summary>
    /// Replaces the file. A damaged one is first copied to PatchTools' own data directory: nothing is lost silently,
    /// and the reference counts what lies in its own.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Write(StoredPatchStates states)
    {
        if (Read() is { IsDamaged: true })
            SetAside();
        RememberedLists.GiveWayTo(() => AtomicFile.Write(Path, Serialize(states)), host, observer);
    }

    /// <summary>
    /// What a finished report leaves: the four installed states in report order and the time of the last install that
    /// asked for no reboot.
    /// </summary>
    public static StoredPatchStates StatesOf(ComplianceReport report)
    {
        Dictionary<string, StoredPatchState> states = new(StringComparer.Ordinal);
        foreach (var finding in report.Findings)
        {
            if (
                finding.State
                is PatchState.Installed
                    or PatchState.InstalledOther
                    or PatchState.InstalledRejected
                    or PatchState.InstalledPendingReboot
            )
                states[finding.Title] = new StoredPatchState(
                    finding.Id,
                    finding.InstalledTime,
                    finding.State.ToString()
                );
        }

        return new StoredPatchStates(states, PendingReboot.LastNoRebootInstall(report));
    }

    /// <summary>The file's bytes.</summary>
    public static byte[] Serialize(StoredPatchStates states)
    {
        var json = new PythonJsonWriter();
        json.BeginObject().Name("patchStates").BeginObject();
        foreach (var (title, state) in states.States)
        {
            json.Name(title)
                .BeginObject()
                .Member("id", state.Id)
                .Name("installedTime")
                .Time(state.InstalledTime)
                .Member("state", state.State)
                .EndObject();
        }

        json.EndObject()
            .Name("lastNoRebootInstallOperationTime")
            .Integer(states.LastNoRebootInstallOperationTime)
            .EndObject();
        return json.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a states file; the message says where.</exception>
    public static StoredPatchStates Parse(byte[] content, DateTimeOffset now)
    {
        using var document = StrictJson.Parse(content);
        var root = StrictJson.Object(document.RootElement, "the document");
        const string LastMember = "lastNoRebootInstallOperationTime";
        var last = root.TryGetValue(LastMember, out var lastElement) ? Seconds(lastElement, LastMember) : null;
        if (last is { } time && (time.Seconds < 0 || time.Seconds > now.ToUnixTimeMilliseconds() / 1000.0))
            throw new InvalidDataException(
                $"{LastMember} is {PythonJsonWriter.FloatText(time.Seconds)}, which is "
                    + $"{(time.Seconds < 0 ? "negative" : "in the future")}"
            );

        Dictionary<string, StoredPatchState> states = new(StringComparer.Ordinal);
        if (root.TryGetValue("patchStates", out var element) && element.ValueKind != JsonValueKind.Null)
        {
            foreach (var (title, entry) in StrictJson.Object(element, "patchStates"))
            {
                states[title] = StateOf(title, entry);
            }
        }

        return new StoredPatchStates(states, (long)Math.Truncate(last?.Seconds ?? 0));
    }

    /// <summary>One entry.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says where.</exception>
    public static StoredPatchState StateOf(string title, JsonElement entry)
    {
        var where = $"the entry of {title}";
        var members = StrictJson.Object(entry, where);
        return new StoredPatchState(
            members.TryGetValue("id", out var id) ? StrictJson.Text(id, $"id in {where}") : "",
            members.TryGetValue("installedTime", out var installed)
                ? Seconds(installed, $"installedTime in {where}")
                : null,
            members.TryGetValue("state", out var state) ? StrictJson.Text(state, $"state in {where}") : ""
        );
    }

    /// <summary>A number, a number as text (the reference takes it and then fails on it: QUIRK), or null.</summary>
    private static EpochTime? Seconds(JsonElement element, string where)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.String => StrictJson.Text(element, where).Trim(),
            _ => throw new InvalidDataException($"{where} is not a number"),
        };
        if (text is null)
            return null;
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            || !double.IsFinite(seconds)
        )
            throw new InvalidDataException($"{where} is not a number");
        return new EpochTime(
            seconds,
            IsFractional: text.AsSpan().IndexOfAny(".eE") >= 0 || Math.Abs(seconds) > MaxExactInteger
        );
    }

    private void SetAside()
    {
        try
        {
            var (copy, dropped) = DamagedFiles.Keep(host, Path);
            observer.Warning($"The damaged states file was kept as {copy}.");
            foreach (var oldest in dropped)
                observer.Warning(
                    $"{oldest} was deleted: the {DamagedFiles.Kept} newest damaged states files are kept."
                );
        }
        catch (Exception e) when (e is PatchToolsException or IOException or UnauthorizedAccessException)
        {
            observer.Warning($"The damaged states file {Path} is replaced and could not be kept: {e.Message}");
        }
    }
}
