using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PatchTools.Hosts;

namespace PatchTools.Tests;

/// <summary>A runspace with the staged module imported, whose cmdlets see a host made for the test.</summary>
internal sealed class Session : IDisposable
{
    private readonly Runspace _runspace;
    private readonly RecordingHost _screen;

    /// <param name="width">Columns of the screen.</param>
    /// <param name="colours">Whether the screen shows them.</param>
    /// <param name="host">Null: a made-up one.</param>
    /// <param name="pollInterval">Null: the product's own.</param>
    /// <param name="state">
    /// Commands of the session; null: those of the engine alone, without Format-List, Out-String and the like.
    /// </param>
    public Session(
        int width = 100,
        bool colours = false,
        HostContext? host = null,
        TimeSpan? pollInterval = null,
        InitialSessionState? state = null
    )
    {
        _screen = new RecordingHost(width, colours);
        state ??= InitialSessionState.CreateDefault2();
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

    /// <summary>
    /// Runs a script with <c>$args</c>; terminating errors come out as exceptions, and so does a command that is not
    /// there: what was to be shown by it would be nothing, and nothing is always safe.
    /// </summary>
    public IReadOnlyList<object?> Run(string script, params object[] arguments)
    {
        using var shell = Shell().AddScript(script);
        foreach (var argument in arguments)
            shell.AddArgument(argument);
        IReadOnlyList<object?> results = [.. shell.Invoke().Select(result => result?.BaseObject)];
        Assert.DoesNotContain(shell.Streams.Error, error => error.Exception is CommandNotFoundException);
        return results;
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
