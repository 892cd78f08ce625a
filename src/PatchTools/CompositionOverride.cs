using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools;

/// <summary>
/// Replaces the outside world of the cmdlets of one session: a variable <c>PatchToolsComposition</c> that holds one of
/// these is honoured by every cmdlet of that runspace. For tests and for embedding; nothing of it is shared between
/// runspaces.
/// </summary>
public sealed record CompositionOverride
{
    /// <summary>Name of the session variable.</summary>
    public const string VariableName = "PatchToolsComposition";

    /// <summary>
    /// Places, clock, environment and privilege; null for the real host. <c>-StateDirectory</c> and <c>-Root</c> still
    /// win over its paths.
    /// </summary>
    public HostContext? Host { get; init; }

    /// <summary>The ports; null for the module's own.</summary>
    public IAdapterFactory? Adapters { get; init; }

    /// <summary>Between two looks at an operation on a fleet; null for the module's own.</summary>
    public TimeSpan? PollInterval { get; init; }
}
