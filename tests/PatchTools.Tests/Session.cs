using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PatchTools.Hosts;

namespace PatchTools.Tests;

/// <summary>A runspace with the staged module imported, whose cmdlets see a host made for the test.</summary>
internal sealed class Session : IDisposable
{
    private readonly Runspace _runspace;
    private readonly RecordingHost _screen;

    public Session(int width = 100, bool colours = false, HostContext? host = null, TimeSpan? pollInterval = null)
    {
        _screen = new RecordingHost(width, colours);
        var state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule([StagedModule.Manifest]);
        state.Commands.Add(new SessionStateCmdletEntry("Invoke-Step", typeof(InvokeStepCommand), helpFileName: null));
        state.Variables.Add(
            new SessionStateVariableEntry(
                CompositionOverride.VariableName,
                new CompositionOverride { Host = host ?? Samples.Host(), PollInterval = pollInterval },
                description: null
            )
        );
        _runspace = RunspaceFactory.CreateRunspace(_screen, state);
        _runspace.Open();
    }

    /// <summary>What the screen has shown so far.</summary>
    public string Shown => _screen.Output;

    public void Dispose() => _runspace.Dispose();

    public PowerShell Shell()
    {
        var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }

    /// <summary>Runs a script with <c>$args</c>; terminating errors come out as exceptions.</summary>
    public IReadOnlyList<object?> Run(string script, params object[] arguments)
    {
        using var shell = Shell().AddScript(script);
        foreach (var argument in arguments)
            shell.AddArgument(argument);
        return [.. shell.Invoke().Select(result => result?.BaseObject)];
    }

    /// <summary>Runs one command whose terminating error is the result.</summary>
    public ErrorRecord ErrorOf(string script, params object[] arguments)
    {
        var failure = Assert.ThrowsAny<RuntimeException>(() => Run($"try {{ {script} }} catch {{ throw }}", arguments));
        return failure.ErrorRecord;
    }

    /// <summary>Shows objects as the prompt would.</summary>
    public string Show(params object[] objects)
    {
        using var shell = Shell().AddCommand("Out-Default");
        shell.Invoke(objects);
        return Shown;
    }
}
