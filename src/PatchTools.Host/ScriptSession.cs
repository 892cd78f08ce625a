using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PatchTools.Host;

/// <summary>One runspace with the module in it, and one script that runs there.</summary>
internal sealed class ScriptSession : IDisposable
{
    private readonly TerminalInterface _terminal;
    private readonly ScriptHost _host;
    private readonly Runspace _runspace;
    private readonly PowerShell _shell = PowerShell.Create();
    private int? _stopStatus;

    public ScriptSession(TerminalInterface terminal, string modulePath)
    {
        _terminal = terminal;
        _host = new ScriptHost(terminal);
        var state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        state.ImportPSModule([modulePath]);
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        _shell.Runspace = _runspace;
    }

    public void Dispose()
    {
        _shell.Dispose();
        _runspace.Dispose();
    }

    /// <summary>Stops the running script from another thread; the program will end with the status.</summary>
    /// <returns>False when it was told to stop before.</returns>
    public bool Stop(int status)
    {
        if (_stopStatus is not null)
            return false;
        _stopStatus = status;
        _shell.BeginStop(callback: null, state: null);
        return true;
    }

    /// <summary>Runs text as <c>-Command</c> does: also the failure of its last statement is one.</summary>
    public int RunText(string text) =>
        Run(() => ScriptRun.OfText(text), ScriptArguments.None, run => run.LastSucceeded ? 0 : ExitStatus.Failure);

    /// <summary>Runs a script file with its arguments.</summary>
    public int RunFile(string path, IReadOnlyList<string> arguments) =>
        Run(() => ScriptRun.OfFile(Path.GetFullPath(path)), ScriptArguments.Parse(arguments), _ => 0);

    private int Run(Func<ScriptRun> script, ScriptArguments arguments, Func<ScriptRun, int> statusAtEnd)
    {
        try
        {
            var run = script();
            run.AddTo(_shell, arguments);
            _shell.AddCommand("Out-Default");
            _shell.Streams.Error.DataAdded += (_, added) => Report(_shell.Streams.Error[added.Index]);
            if (_stopStatus is { } before)
                return before;
            _shell.Invoke();
            return _host.ExitCode ?? _stopStatus ?? statusAtEnd(run);
        }
        catch (PipelineStoppedException)
        {
            return _stopStatus ?? ExitStatus.Failure;
        }
        catch (RuntimeException failure)
        {
            Report(failure.ErrorRecord);
            return _host.ExitCode ?? ExitStatus.Of(failure);
        }
        finally
        {
            _terminal.EraseProgress();
        }
    }

    /// <summary>Who failed, what and where, and what to do.</summary>
    private void Report(ErrorRecord error)
    {
        var command = error.InvocationInfo?.MyCommand?.Name;
        var text = error.ErrorDetails?.Message is { Length: > 0 } details ? details : error.Exception.Message;
        _terminal.WriteErrorLine(command is null ? text : $"{command}: {text}");
        if (error.Exception is RuntimeException && error.InvocationInfo?.PositionMessage is { Length: > 0 } position)
            _terminal.WriteErrorLine(position);
    }
}
