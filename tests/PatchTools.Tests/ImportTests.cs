using PatchTools.Errors;
using PatchTools.Testing;

namespace PatchTools.Tests;

public sealed class ImportTests
{
    [Fact]
    public void Importing_loads_no_adapter_and_no_AWS_assembly()
    {
        var run = HostProgram.Run(
            "-Command",
            "[System.AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }"
        );
        Assert.Equal(0, run.ExitCode);
        var loaded = run.Output.Split('\n');
        Assert.Contains("PatchTools", loaded);
        Assert.DoesNotContain("PatchTools.Adapters", loaded);
        Assert.DoesNotContain(loaded, name => name.StartsWith("AWSSDK", StringComparison.Ordinal));
    }

    [Fact]
    public void Importing_again_with_Force_exports_every_cmdlet()
    {
        using var session = new Session();
        session.Run("Import-Module $args[0] -Force; Import-Module $args[0] -Force", StagedModule.Manifest);
        Assert.Equal(Surface.Cmdlets.Count, session.Run("Get-Command -Module PatchTools").Count);
        Assert.IsType<DateTimeOffset>(
            session.Run(
                "[PatchTools.PatchSummary].GetProperty('OperationEnd') | ForEach-Object { "
                    + "[System.DateTimeOffset]::UnixEpoch }"
            )[0]
        );
    }

    [Fact]
    public void Removing_the_module_takes_its_cmdlets_away()
    {
        using var session = new Session();
        Assert.Empty(
            session.Run("Remove-Module PatchTools; Get-Command Get-PatchSnapshot -ErrorAction SilentlyContinue")
        );
    }

    [Fact]
    public void A_missing_adapters_folder_is_a_typed_error()
    {
        using var folder = new TemporaryDirectory();
        var failure = Assert.Throws<PatchToolsException>(() =>
            AdaptersLoadContext.LoadFrom(Path.Combine(folder.Path, "adapters"))
        );
        Assert.Same(PatchErrors.AdaptersNotLoaded, failure.Error);
    }

    [Fact]
    public void A_damaged_adapters_folder_is_a_typed_error()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder.File("PatchTools.Adapters.dll"), "no assembly");
        var failure = Assert.Throws<PatchToolsException>(() => AdaptersLoadContext.LoadFrom(folder.Path));
        Assert.Same(PatchErrors.AdaptersNotLoaded, failure.Error);
        Assert.NotNull(failure.InnerException);
    }
}
