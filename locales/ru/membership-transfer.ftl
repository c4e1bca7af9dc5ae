# Настройки группы в файле.

membership-transfer-help-export = Настройки этой группы файлом
membership-transfer-help-export-line = /export — настройки группы файлом
membership-transfer-help-import = Взять настройки из файла
membership-transfer-help-import-line = /import — ответьте так на файл, и группа возьмёт из него настройки

membership-transfer-exported =
    Настройки группы { $group }: каналы, выбор и свои слова. Людей, пригласительных ссылок и места для журнала в файле нет.
    Чтобы применить его здесь или в другой группе, отправьте его туда и ответьте на него командой /import.
membership-transfer-usage = Какой файл? Отправьте сюда файл из /export и ответьте на него командой /import.
membership-transfer-same = Ничего не изменится: настройки здесь такие же, как в файле.
membership-transfer-changes =
    Изменится вот что:
    { $lines }
    Нажмите «Применить» в течение часа. Пока ничего не изменилось.
membership-transfer-button-apply = ✅ Применить
membership-transfer-applied = ✅ Теперь действуют настройки из файла. Посмотреть: /protection
membership-transfer-applied-later = ✅ Теперь действуют настройки из файла, кроме каналов: { $count ->
    [one] подписка на канал { $channels } нужна
    [few] подписки на каналы { $channels } нужны
   *[many] подписки на каналы { $channels } нужны
}, пока администратор нового канала не согласится ниже. Посмотреть: /protection

membership-transfer-grant =
    Почти готово. Сначала дайте вот это, потом снова нажмите «Применить»:
    { $lines }
membership-transfer-mistaken = Так не получится. Почему, я написал; ничего не изменилось.

membership-transfer-too-large = Этот файл слишком велик для настроек. Пожалуйста, возьмите файл из /export.
membership-transfer-foreign = Это не мои настройки. Пожалуйста, возьмите файл из /export.
membership-transfer-version = Этот файл версии { $version }, такую я не знаю. Обновите меня или сделайте /export заново.
membership-transfer-syntax = Строка { $line }, столбец { $column }: отсюда файл не читается, это не JSON. Ничего не изменилось.
membership-transfer-unknown = Строка { $line }, столбец { $column }: настройки { $name } нет. Исправьте её или уберите. Ничего не изменилось.
membership-transfer-missing = Строка { $line }, столбец { $column }: не хватает { $name }. Ничего не изменилось.
membership-transfer-value = Строка { $line }, столбец { $column }: такое значение сюда не подходит. Ничего не изменилось.
membership-transfer-channel = { $channel } указан дважды или это не номер канала. Ничего не изменилось.
membership-transfer-bounds = Значение { $name } слишком мало, слишком велико или пусто. Ничего не изменилось.

membership-transfer-more = ➕ { $channel } станет обязательным
membership-transfer-less = ➖ { $channel } больше не нужен
membership-transfer-change = • { $what }: { $old } → { $new }
membership-transfer-off = охрана выключена
membership-transfer-dry = только репетиция
membership-transfer-greet = приветствовать новичков
membership-transfer-exempt = кого впустил админ, тому канал не нужен
membership-transfer-reactions = реакция считается сообщением
membership-transfer-lockdown = во время набега никто не может писать
membership-transfer-channels-welcome = сообщения от имени любого канала
membership-transfer-late = новичков проверять, когда они пишут
membership-transfer-requests = заявки решают админы
membership-transfer-appeals = без кнопки «Пожаловаться»
membership-transfer-strangers = кто пишет без подписки
membership-transfer-language = язык объявлений
membership-transfer-ttl = объявление висит
membership-transfer-decline = заявка отклоняется через
membership-transfer-notice = слова объявления
membership-transfer-greeting = слова приветствия
membership-transfer-yes = да
membership-transfer-no = нет
membership-transfer-mute = не может писать
membership-transfer-warn = { $times ->
    [one] { $times } предупреждение
    [few] { $times } предупреждения
   *[other] { $times } предупреждений
}, потом не может писать
membership-transfer-delete = только объяснение
membership-transfer-each = у каждого свой
membership-transfer-en = английский
membership-transfer-ru = русский
membership-transfer-house = как обычно
membership-transfer-seconds = { $seconds } с
membership-transfer-own = свои
membership-transfer-ours = мои
