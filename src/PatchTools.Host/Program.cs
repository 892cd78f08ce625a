using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Host;
using PatchTools.Text;

// Before the engine's first touch: it would report its use to its maker and open a socket for debuggers, 30 ms and a
// file in the user's cache each start.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("POWERSHELL_DIAGNOSTICS_OPTOUT", "1");

using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
using var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
var line = CommandLine.Parse(args);
if (line.Problem is { } problem)
{
    error.WriteLine($"{TerminalText.Lines(problem)} patchtools-host -Help says what is.");
    return ExitStatus.Usage;
}

if (line.Source == ScriptSource.Usage || (line.Source == ScriptSource.StandardInput && !Console.IsInputRedirected))
{
    output.Write(CommandLine.Usage);
    return 0;
}

if (line.Source == ScriptSource.Version)
{
    output.WriteLine(
        $"PatchTools {VersionOf(typeof(ScriptHost))}, PowerShell engine {VersionOf(typeof(PSObject))}, "
            + $"{RuntimeInformation.FrameworkDescription}"
    );
    return 0;
}

if (line.Source == ScriptSource.File && !File.Exists(line.Text))
{
    error.WriteLine($"There is no script {TerminalText.Cell(line.Text)}.");
    return ExitStatus.Usage;
}

// Before the signals are taken: until there is something to stop, they end the program by themselves.
var piped = line.Source == ScriptSource.StandardInput ? Console.In.ReadToEnd() : "";
try
{
    using var session = new ScriptSession(
        new TerminalInterface(output, error, line.NonInteractive),
        ModuleLocation.Find()
    );
    using var interrupt = PosixSignalRegistration.Create(
        PosixSignal.SIGINT,
        signal => Stop(signal, ExitStatus.Interrupted)
    );
    using var terminate = PosixSignalRegistration.Create(
        PosixSignal.SIGTERM,
        signal => Stop(signal, ExitStatus.Terminated)
    );
    return line.Source switch
    {
        ScriptSource.File => session.RunFile(line.Text, line.Arguments),
        ScriptSource.Command => session.RunText(line.Text),
        _ => session.RunText(piped),
    };

    void Stop(PosixSignalContext signal, int status)
    {
        // The second signal has its usual effect: what does not stop can still be ended.
        signal.Cancel = session.Stop(status);
    }
}
catch (Exception failure) when (failure is FileNotFoundException or RuntimeException)
{
    error.WriteLine(TerminalText.Lines(failure.Message));
    return ExitStatus.Failure;
}

static string VersionOf(Type type) =>
    type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', ' ')[0];
