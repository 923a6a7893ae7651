create role qvd login password :'password';
alter role qvd set default_transaction_isolation = 'serializable';
create database qvddb owner qvd;
