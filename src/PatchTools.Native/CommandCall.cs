using System.CommandLine;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Native.Table;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Text;

namespace PatchTools.Native;

/// <summary>One call of a command: what was given, where it writes, what stops it.</summary>
internal sealed class CommandCall(CommandRow row, ParseResult given, Terminal terminal, CancellationToken stopping)
{
    public Terminal Terminal { get; } = terminal;

    public CancellationToken Stopping { get; } = stopping;

    public bool Has(OptionRow option) =>
        row.Options.Contains(option) && given.GetResult(option.Name) is not null && given.GetValue<bool>(option.Name);

    /// <summary>The text of an option; null when it was left out or is empty, as SSM's documents pass it.</summary>
    public string? Text(OptionRow option) => given.GetValue<string>(option.Name) is { Length: > 0 } text ? text : null;

    /// <exception cref="UsageException">None of the words.</exception>
    public T Choice<T>(OptionRow option)
        where T : struct, Enum
    {
        if (Text(option) is not { } text)
            return default;
        var name =
            option.Choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"{option.Name} takes {string.Join(", ", option.Choices)}, not \"{text}\".");
        return Enum.Parse<T>(name);
    }

    /// <returns>Null when it was left out.</returns>
    /// <exception cref="UsageException">No duration.</exception>
    public TimeSpan? Duration(OptionRow option)
    {
        if (Text(option) is not { } text)
            return null;
        var unit = option.Unit!.Value;
        return DurationText.TryParse(text, unit, out var duration)
            ? duration
            : throw new UsageException(
                $"{option.Name} \"{text}\" is not a duration; give a number of {WordOf(unit)} or a time span such as "
                    + "7.00:00:00 or 00:02:00."
            );
    }

    /// <summary>Absolute path of a file; <c>-</c> stays.</summary>
    /// <exception cref="UsageException">Given, and empty.</exception>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>: a location of the
    /// network.</exception>
    public string? FilePath(OptionRow option)
    {
        if (given.GetResult(option.Name) is null)
            return null;
        var path = Text(option) ?? throw new UsageException($"{option.Name} is empty.");
        if (LocationReader.IsOfNetwork(path))
            throw LocationReader.OfNetwork(path);
        return path == "-" ? path : Path.GetFullPath(path);
    }

    /// <summary>As <see cref="FilePath"/>, of what may also lie in the network, and may be left empty.</summary>
    public string? Location(OptionRow option)
    {
        var location = Text(option);
        return
            location is null
            || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || location.StartsWith("s3://", StringComparison.OrdinalIgnoreCase)
            ? location
            : FilePath(option);
    }

    /// <summary>The host as this process sees it, with the places that were named.</summary>
    public HostContext Host(bool hasStateDirectory)
    {
        var directory = hasStateDirectory && Text(Options.StateDirectory) is { } named ? FullPath(named) : null;
        var host = ThisHost.Read(directory);
        if (directory is not null)
            StateDirectoryCheck.Require(host);
        return host;
    }

    /// <summary>Of a directory: nothing streams into one, so <c>-</c> is its name.</summary>
    private static string FullPath(string directory) =>
        LocationReader.IsOfNetwork(directory) ? throw LocationReader.OfNetwork(directory) : Path.GetFullPath(directory);

    public PatchRun RunOn(HostContext host) =>
        new(host, new LinkedAdapters(), new TerminalObserver(Terminal, Has(Options.Verbose), Has(Options.Debug)));

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>.</exception>
    public AwsParameters Aws() =>
        new()
        {
            Region = Text(Options.Region),
            ProfileName = Text(Options.ProfileName),
            EndpointUrl = AwsParameters.EndpointOf(Text(Options.EndpointUrl)),
            InstanceId = Text(Options.InstanceId),
        };

    /// <summary>Which snapshot is wanted.</summary>
    /// <exception cref="UsageException">Two places of one.</exception>
    public SnapshotRequest Snapshot()
    {
        var path = FilePath(Options.Path);
        var fromService = Text(Options.SnapshotId) ?? Text(Options.BaselineOverride);
        var places = (path is null ? 0 : 1) + (Has(Options.Default) ? 1 : 0) + (fromService is null ? 0 : 1);
        if (places > 1)
            throw new UsageException(
                "--path, --default, and --snapshot-id with --baseline-override are three places of a baseline; give "
                    + "one of them."
            );
        return new SnapshotRequest
        {
            Path = path,
            UseDefault = Has(Options.Default),
            SnapshotId = Text(Options.SnapshotId),
            BaselineOverride = Location(Options.BaselineOverride),
            InstallOverrideList = Location(Options.InstallOverrideList),
            Aws = Aws(),
        };
    }

    private static string WordOf(TimeSpan unit)
    {
        if (unit == TimeSpan.FromDays(1))
            return "days";
        return unit == TimeSpan.FromMinutes(1) ? "minutes" : "seconds";
    }
}
