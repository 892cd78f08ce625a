using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace PatchTools.Testing.Rigs;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Exit status; 128 and the signal's number where a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record RigRun(int ExitCode, string Output, string Error)
{
    /// <summary>The same, where anything but success means that the test itself cannot go on.</summary>
    public RigRun Expect(int exitCode = 0)
    {
        Assert.True(ExitCode == exitCode, $"ended with {ExitCode} instead of {exitCode}\n{Output}\n{Error}");
        return this;
    }
}

/// <summary>A running command of a test, both pipes drained as it runs.</summary>
public sealed partial class RigProcess : IDisposable
{
    private const int Kill = 9;
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly StringBuilder _error = new();
    private readonly Task _drained;

    private RigProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _drained = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                lock (_error)
                    _error.Append(line).Append('\n');
            }
        });
    }

    /// <summary>What standard error has said so far.</summary>
    public string ErrorSoFar
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>The process that nsenter(1) started inside a root; null before it has and after it has gone.</summary>
    public int? Inner
    {
        get
        {
            try
            {
                var children = File.ReadAllText(
                    string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/task/{_process.Id}/children")
                );
                return children.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..]
                    ? int.Parse(first, CultureInfo.InvariantCulture)
                    : null;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                return null;
            }
        }
    }

    public static RigProcess Start(string fileName, IEnumerable<string> arguments)
    {
        // Who starts the tests may ignore SIGINT, as a shell's background jobs do, and a child inherits that. env gives
        // it back its effect.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT,TERM,QUIT", fileName, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new RigProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{fileName}: {e.Message}", e);
        }
    }

    public static RigRun Run(string fileName, params string[] arguments)
    {
        using var process = Start(fileName, arguments);
        return process.Wait();
    }

    /// <summary>Waits for the end. A command that hangs for ten minutes fails its test.</summary>
    public RigRun Wait()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', _process.StartInfo.ArgumentList)} hangs\n{ErrorSoFar}");
        }

        // A grandchild may hold the pipes.
        Assert.True(
            Task.WaitAll([_output, _drained], TimeSpan.FromMinutes(2)),
            $"{_process.StartInfo.ArgumentList[1]} ended, and something that it started keeps its output open"
        );
        return new RigRun(_process.ExitCode, _output.Result, ErrorSoFar);
    }

    /// <summary>Returns when the process inside has started one of its own, or has ended.</summary>
    public async Task WaitForFirstCommandAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (!HasExited && !(Inner is { } inner && HasChild(inner)))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(5), $"no command was started\n{ErrorSoFar}");
            await Task.Delay(2, cancellationToken);
        }

        static bool HasChild(int process)
        {
            try
            {
                return Directory
                    .EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"))
                    .Any(thread => File.ReadAllText(Path.Combine(thread, "children")).Length > 0);
            }
            catch (IOException)
            {
                // A thread, or the process, has just ended.
                return false;
            }
        }
    }

    /// <summary>SIGKILL to that one process inside; false when it had ended.</summary>
    public bool KillInner() => Inner is { } inner && SendSignal(inner, Kill) == 0;

    /// <summary>Ctrl+C of a terminal: SIGINT to the whole foreground process group.</summary>
    public void InterruptGroup() => Assert.Equal(0, SendSignal(-Inner!.Value, Interrupt));

    /// <summary>SIGTERM to that one process inside.</summary>
    public void TerminateInner() => Assert.Equal(0, SendSignal(Inner!.Value, Terminate));

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
