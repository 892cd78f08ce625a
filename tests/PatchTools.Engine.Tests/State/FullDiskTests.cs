using System.Runtime.CompilerServices;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Reports.Saving;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.State;

/// <summary>The states file on a file system without room, a real one of 64 KiB in a name space of its own.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Variable = "PATCHTOOLS_TEST_FULL_DISK";
    private readonly TemporaryDirectory _directory = new(Environment.IsPrivilegedProcess ? "/var/lib" : null);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_remembered_of_lists_makes_room_for_the_states()
    {
        var told = Run("lists");

        Assert.Contains("saved: True", told, StringComparison.Ordinal);
        Assert.Contains("remembered: 0", told, StringComparison.Ordinal);
        Assert.Contains("2 remembered lists", told, StringComparison.Ordinal);
        Assert.Contains(StatesPath, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_room_the_error_names_the_file()
    {
        var told = Run("nothing");

        Assert.Contains("saved: False", told, StringComparison.Ordinal);
        Assert.Contains($"{StatesPath} could not be written: ", told, StringComparison.Ordinal);
        Assert.Contains("No space left on device", told, StringComparison.Ordinal);
    }

    private string StatesPath => new PatchStatesFile(ReportSamples.Host(_directory.Path), SilentObserver.Instance).Path;

    private string Run(string remembered)
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("unshare", "mount");
        var run = RigProcess
            .Run(
                "unshare",
                "-m",
                "sh",
                "-c",
                $"mount -t tmpfs -o size=64k none '{_directory.Path}' && "
                    + $"{Variable}='{remembered} {_directory.Path}' exec dotnet "
                    + $"'{typeof(FullDiskTests).Assembly.Location}'"
            )
            .Expect();
        return run.Output;
    }

    [ModuleInitializer]
    internal static void WriteWithoutRoom()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(' ', 2) is not [var remembered, var directory])
            return;
        var host = ReportSamples.Host(directory);
        var observer = new RecordingObserver();
        var file = new PatchStatesFile(host, observer);
        var lists = Directory.CreateDirectory(RememberedLists.FolderOf(host)).FullName;
        if (remembered == "lists")
        {
            File.WriteAllBytes(Path.Combine(lists, "1.index"), new byte[16 * 1024]);
            File.WriteAllText(Path.Combine(lists, "checksums"), "x");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        Fill(Path.Combine(directory, "filler"));
        try
        {
            file.Write(StoredPatchStates.Empty);
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            Console.WriteLine(e.Message);
        }

        foreach (var warning in observer.Warnings)
            Console.WriteLine(warning);
        Console.WriteLine($"saved: {File.Exists(file.Path) && new FileInfo(file.Path).Length > 0}");
        Console.WriteLine($"remembered: {Directory.GetFiles(lists).Length}");
        Console.Out.Flush();
        Environment.Exit(0);
    }

    private static void Fill(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        try
        {
            for (var offset = 0L; offset < 1024 * 1024; offset += 4096)
                RandomAccess.Write(file, new byte[4096], offset);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
