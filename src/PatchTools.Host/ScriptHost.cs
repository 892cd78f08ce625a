using System.Globalization;
using System.Management.Automation.Host;

namespace PatchTools.Host;

/// <summary>What the PowerShell engine sees of this program.</summary>
internal sealed class ScriptHost(TerminalInterface terminal) : PSHost
{
    /// <summary>What the script gave to <c>exit</c>; null while it has not.</summary>
    public int? ExitCode { get; private set; }

    public override string Name => "PatchToolsHost";

    public override Version Version { get; } = typeof(ScriptHost).Assembly.GetName().Version ?? new Version(0, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => terminal;

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no nested prompt.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("This host has no nested prompt.");

    public override void NotifyBeginApplication() { }

    public override void NotifyEndApplication() { }
}
