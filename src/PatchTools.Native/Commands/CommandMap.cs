using PatchTools.Native.Table;

namespace PatchTools.Native.Commands;

/// <summary>What each row of the table does.</summary>
internal static class CommandMap
{
    /// <returns>Runs it; its result is the exit status.</returns>
    public static Func<CommandCall, Task<int>> Of(CommandRow row) =>
        row.Name switch
        {
            "scan" => OperationCommand.ScanAsync,
            "install" => OperationCommand.InstallAsync,
            "plan" => PlanCommand.RunAsync,
            "publish" => PublishCommand.RunAsync,
            "reboot-required" => RebootRequiredCommand.RunAsync,
            "inventory" => InventoryCommand.RunAsync,
            "report" => ReportCommand.RunAsync,
            "version" => VersionCommand.RunAsync,
            _ => throw new InvalidOperationException($"{row.Name} is in the table, and nothing runs it."),
        };
}
