using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using PatchTools.Errors;
using PatchTools.Native.Commands;
using PatchTools.Native.Table;
using PatchTools.Text;

namespace PatchTools.Native;

/// <summary>
/// One run of the program: reads the command line by the table, calls the command, and makes of its failure a message
/// and an exit status.
/// </summary>
internal sealed class ProgramRun(Terminal terminal)
{
    private static readonly ParserConfiguration Parsing = new()
    {
        EnablePosixBundling = false,
        // A word that begins with @ is a word: nobody else's file may add options.
        ResponseFileTokenReplacer = null,
    };

    private static readonly Option<bool> ManualPage = new("--man") { Description = "Prints the manual page (roff)." };

    private static readonly Option<bool> Completion = new("--completion")
    {
        Description = "Prints the completion of bash.",
    };

    private static readonly Option<bool> Version = new("--version") { Description = "Prints the version." };

    /// <returns>Exit status.</returns>
    public async Task<int> RunAsync(string[] arguments)
    {
        var given = Root().Parse(arguments, Parsing);
        var command = CommandTable.All.FirstOrDefault(row => row.Name == given.CommandResult.Command.Name);
        if (given.Action is HelpAction || (command is null && arguments.Length == 0))
            return Help(arguments);
        if (given.Errors.Count > 0)
            return Refuse(command, string.Join('\n', given.Errors.Select(error => error.Message)));
        if (given.GetValue(ManualPage))
            terminal.Write([ManPage.Text(VersionCommand.Version)]);
        else if (given.GetValue(Completion))
            terminal.Write([BashCompletion.Text()]);
        else if (given.GetValue(Version))
            terminal.Write([$"PatchTools {VersionCommand.Version}"]);
        else if (command is not null)
            return await CallAsync(command, given);
        return ExitStatus.Success;
    }

    private static RootCommand Root()
    {
        var root = new RootCommand(CommandTable.Summary);
        foreach (var builtIn in root.Options.OfType<VersionOption>().ToList())
            root.Options.Remove(builtIn);
        root.Directives.Clear();
        // Its own options are answered without a command.
        root.SetAction(_ => ExitStatus.Success);
        root.Options.Add(Version);
        root.Options.Add(ManualPage);
        root.Options.Add(Completion);
        foreach (var row in CommandTable.All)
        {
            var command = new Command(row.Name, row.Summary);
            foreach (var option in row.Options)
                command.Options.Add(OptionOf(option));
            root.Subcommands.Add(command);
        }

        return root;
    }

    private static Option OptionOf(OptionRow row) =>
        row.IsSwitch
            ? new Option<bool>(row.Name) { Description = row.Help, Arity = ArgumentArity.Zero }
            : new Option<string>(row.Name)
            {
                Description =
                    row.Choices.Count == 0 ? row.Help : $"{row.Help} One of {string.Join(", ", row.Choices)}.",
                HelpName = row.Value,
            };

    private static int Help(string[] arguments)
    {
        Root().Parse(arguments.Length == 0 ? ["--help"] : arguments, Parsing).Invoke();
        return ExitStatus.Success;
    }

    private async Task<int> CallAsync(CommandRow command, ParseResult given)
    {
        using var stopping = new CancellationTokenSource();
        var stopped = ExitStatus.Success;
        using var interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal => Stop(signal, ExitStatus.Interrupted)
        );
        using var terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            signal => Stop(signal, ExitStatus.Terminated)
        );
        try
        {
            return await CommandMap.Of(command)(new CommandCall(command, given, terminal, stopping.Token));
        }
        catch (UsageException failure)
        {
            return Refuse(command, failure.Message);
        }
        catch (PatchToolsException failure)
        {
            return Tell(command, failure);
        }
        catch (AggregateException failures) when (CauseOf(failures) is { } failure)
        {
            return Tell(command, failure);
        }
        catch (OperationCanceledException) when (stopped != ExitStatus.Success)
        {
            return stopped;
        }
#pragma warning disable CA1031 // The last line of the program: without it the runtime would write a core dump.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            terminal.Error($"{CommandTable.Program} {command.Name}: {failure}");
            terminal.Error("This is a defect of PatchTools: please report it with the lines above.");
            return ExitStatus.Failure;
        }

        void Stop(PosixSignalContext signal, int status)
        {
            // The second signal has its usual effect: what does not stop can still be ended.
            signal.Cancel = Interlocked.CompareExchange(ref stopped, status, ExitStatus.Success) == ExitStatus.Success;
            if (signal.Cancel)
                stopping.Cancel();
        }
    }

    /// <summary>As the module shows it: what happened, what to do; then id and code.</summary>
    private int Tell(CommandRow command, PatchToolsException failure)
    {
        terminal.Error(
            ProgramWords.Of($"{CommandTable.Program} {command.Name}: {failure.Message} {failure.RecommendedAction}")
                + $"\nError {failure.ErrorId}, exit status {failure.ExitCode}."
        );
        return failure.ExitCode;
    }

    private int Refuse(CommandRow? command, string problem)
    {
        var name = command is null ? CommandTable.Program : $"{CommandTable.Program} {command.Name}";
        terminal.Error($"{name}: {TerminalText.Lines(problem)}\n{name} --help says what it takes.");
        return ExitStatus.Usage;
    }

    private static PatchToolsException? CauseOf(AggregateException failures) =>
        failures.Flatten().InnerExceptions.OfType<PatchToolsException>().FirstOrDefault();
}
