using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchTools.Checksums;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Ports;

namespace PatchTools.Reboot;

/// <summary>
/// One operation's request for a reboot, as PatchTools remembers it beside the marker directory, which does not say
/// whose it is.
/// </summary>
/// <param name="Command"><c>SSM_COMMAND_ID</c>; empty when there was none.</param>
/// <param name="Marker">The marker that was left.</param>
/// <param name="Asked">When, to the microsecond; null for a request that the reference made.</param>
/// <param name="Visits">How often the operation came back without a reboot.</param>
/// <param name="BootId">The kernel's <c>boot_id</c> at that time; empty when unknown.</param>
internal sealed record RebootRequest(
    string Command,
    RebootMarker Marker,
    DateTimeOffset? Asked,
    int Visits,
    string BootId
);

/// <summary>
/// Requests by command, one small file each, in PatchTools' own data directory: entries of the marker directories are
/// counted (reference 08 §7).
/// </summary>
internal sealed class RebootRequests(HostContext host, IRunObserver observer)
{
    /// <summary>Commands that never came back are forgotten from the oldest.</summary>
    private const int Kept = 20;

    /// <summary>
    /// Without a command id only the time can tell whether a run is the one that asked. SSM lets a step run for 48
    /// hours at most (<c>executionTimeout</c>), so nobody comes back later than that.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(48);

    private readonly string _directory = Path.Combine(host.Paths.DataDirectory, "reboot-requests");

    /// <summary>Null when the command has asked for nothing.</summary>
    public RebootRequest? Find(string command)
    {
        var request = Read(PathOf(command));
        return
            request is null
            || request.Command != command
            || (command.Length == 0 && host.Clock.GetUtcNow() - request.Asked > LongestWait)
            ? null
            : request;
    }

    /// <summary>Whose request left a marker at that time; null when it is none of PatchTools'.</summary>
    public RebootRequest? FindByTime(RebootMarker marker, DateTimeOffset asked) =>
        Files()
            .Select(Read)
            .FirstOrDefault(r =>
                r is not null
                && r.Marker == marker
                && r.Asked is { } time
                && (time - asked).Duration() < TimeSpan.FromMilliseconds(1)
            );

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Save(RebootRequest request)
    {
        var json = new PythonJsonWriter();
        json.BeginObject().Member("command", request.Command).Name("marker").Integer((int)request.Marker).Name("asked");
        if (request.Asked is { } asked)
            json.Float(EpochSeconds(asked));
        else
            json.Null();
        json.Name("visits").Integer(request.Visits).Member("bootId", request.BootId).EndObject();
        AtomicFile.Write(PathOf(request.Command), json.Written);
        foreach (var oldest in Files().OrderByDescending(File.GetLastWriteTimeUtc).Skip(Kept))
            Delete(oldest);
    }

    public void Forget(string command) => Delete(PathOf(command));

    /// <summary>Epoch seconds to the microsecond, as Python's <c>time.time()</c> gives them.</summary>
    public static double EpochSeconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond / 1e6;

    /// <summary>Null for what no calendar holds.</summary>
    public static DateTimeOffset? Instant(double seconds) =>
        seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond))
            : null;

    /// <summary>Command ids are GUIDs; any other text becomes a name without surprises.</summary>
    private string PathOf(string command)
    {
        var name = command.Length == 0 ? "no-command" : command;
        if (name.Length > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            name = Convert.ToHexString(Sha256.Of(Encoding.UTF8.GetBytes(name)));
        return Path.Combine(_directory, name + ".json");
    }

    private RebootRequest? Read(string path)
    {
        try
        {
            using var document = StrictJson.Parse(StrictJson.ReadFile(path));
            var members = StrictJson.Object(document.RootElement, "the request");
            return new RebootRequest(
                StrictJson.Text(Member(members, "command"), "command"),
                Enum.IsDefined((RebootMarker)Number(members, "marker"))
                    ? (RebootMarker)Number(members, "marker")
                    : throw new InvalidDataException("marker is none"),
                Member(members, "asked").ValueKind == JsonValueKind.Null ? null : Instant(Number(members, "asked")),
                (int)Math.Clamp(Number(members, "visits"), 0, int.MaxValue),
                StrictJson.Text(Member(members, "bootId"), "bootId")
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            observer.Warning(
                $"The request for a reboot {path} cannot be read ({e.Message}); the run goes on as if there were none."
            );
            return null;
        }
    }

    private static JsonElement Member(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var element) ? element : throw new InvalidDataException($"{name} is missing");

    private static double Number(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        Member(members, name) is { ValueKind: JsonValueKind.Number } element && element.TryGetDouble(out var value)
            ? value
            : throw new InvalidDataException($"{name} is not a number");

    private string[] Files()
    {
        try
        {
            return Directory.GetFiles(_directory, "*.json");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void Delete(string path)
    {
        try
        {
            AtomicFile.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever asked for here.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning(string.Create(CultureInfo.InvariantCulture, $"{path} could not be deleted: {e.Message}"));
        }
    }
}
